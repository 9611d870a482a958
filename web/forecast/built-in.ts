/** The data sets that the site ships, and what is chosen of them at first. */
import { LstmOnnxError } from 'lstm-onnx/web';
import type { Reading } from './messages.js';

export interface BuiltIn {
  readonly file: string;
  readonly name: string;
  readonly about: string;
  readonly target: string;
  readonly reading: Reading;
}

export const builtIns: readonly BuiltIn[] = [
  {
    file: 'co2-concentration.csv',
    name: 'CO₂ at Mauna Loa',
    about: 'by month, 1958 to 2020',
    target: 'CO2',
    // A few months of the first years were not measured.
    reading: { fill: 'linear' },
  },
  {
    file: 'seattle-weather.csv',
    name: 'Weather in Seattle',
    about: 'by day, 2012 to 2015',
    target: 'temp_max',
    reading: {},
  },
  {
    file: 'stocks.csv',
    name: 'Five shares',
    about: 'by month, 2000 to 2010',
    target: 'price',
    reading: {},
  },
];

/** @throws E_MISSING_DATA where the server does not have it */
export async function fetchBuiltIn({ file }: BuiltIn): Promise<File> {
  const url = new URL(`series/${file}`, document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) {
    throw new LstmOnnxError(
      'E_MISSING_DATA',
      `${url.pathname} could not be fetched (${response?.status ?? 'no connection'}). Check the connection and try again.`,
    );
  }
  return new File([await response.blob()], file, { type: 'text/csv' });
}
