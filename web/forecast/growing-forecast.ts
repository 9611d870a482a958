/** A trained forecast whose series get further rows: its model takes them one by one. */
import {
  Model,
  type OnlineForecaster,
  onlineForecasterOf,
  type SeriesForecast,
  type SeriesSet,
  type TrainedForecaster,
  tableToCsv,
} from 'lstm-onnx/web';
import type { AddedRow, Cells } from './messages.js';
import { shownForecast } from './shown-forecast.js';

export class GrowingForecast {
  readonly #forecaster: TrainedForecaster;
  readonly #model: Model;
  readonly #live: OnlineForecaster;
  /** What comes, of each series. */
  readonly #ahead: SeriesForecast[];
  readonly #decimal: ',' | undefined;

  private constructor(
    forecaster: TrainedForecaster,
    model: Model,
    set: SeriesSet,
    ahead: readonly SeriesForecast[],
    decimal: ',' | undefined,
  ) {
    this.#forecaster = forecaster;
    this.#model = model;
    this.#live = onlineForecasterOf(model, set);
    this.#ahead = [...ahead];
    this.#decimal = decimal;
  }

  /** @param ahead the forecast of each of the series @param decimal of the table that is saved */
  static async start(
    forecaster: TrainedForecaster,
    set: SeriesSet,
    ahead: readonly SeriesForecast[],
    decimal: ',' | undefined,
  ): Promise<GrowingForecast> {
    const model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    return new GrowingForecast(forecaster, model, set, ahead, decimal);
  }

  /** @param name of the series @throws as `OnlineForecaster.update` */
  async add(name: string, cells: Cells): Promise<AddedRow> {
    const { plan } = this.#forecaster;
    const place = this.#ahead.findIndex((each) => each.name === name);
    const forecast = await this.#live.update({ ...this.#ahead[place]?.key, ...cells });
    const time = this.#live.state.series.find((each) => each.name === name)?.time ?? Number.NaN;
    this.#ahead[place] = forecast;
    return {
      ...{ name, time, value: Number(cells[plan.target]) },
      forecast: shownForecast(time, forecast, plan.quantiles),
      csv: this.csv(),
    };
  }

  release(): Promise<void> {
    return this.#model.release();
  }

  /** All that comes, as a file. */
  csv(): Uint8Array<ArrayBuffer> {
    const table = this.#forecaster.table(this.#ahead);
    return new TextEncoder().encode(tableToCsv(table, this.#decimal ? { decimal: this.#decimal } : {}));
  }
}
