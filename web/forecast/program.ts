/** The program for Node.js that does what the page does with the file at hand. */
import { type Choices, seriesOptions, tableOptions, trainingOptions } from './options.js';

/** @returns an ES module that takes the path of the file, and writes model.onnx and forecast.csv */
export function programOf(fileName: string, choices: Choices): string {
  const { columns, reading } = choices;
  const isKnown = columns.known.length > 0;
  const future = isKnown ? ', future' : '';
  const decimal = reading.decimal ? `, ${literal({ decimal: reading.decimal })}` : '';
  return `// node forecast.mjs ${/^[\w.-]+$/.test(fileName) ? fileName : JSON.stringify(fileName)}
import * as lo from 'lstm-onnx';

const say = (text) => console.error(text);
const path = process.argv[2] ?? ${literal(fileName)};
const table = await lo.readTable(path, ${optionsText(tableOptions(choices))});
const { series${future} } = lo.forecastSeries(table, ${optionsText(seriesOptions(choices))});
for (const { text } of [...table.notes, ...series.notes]) say(text);

const { forecaster, evaluation } = await lo.trainAndEvaluate(series, {
${Object.entries(trainingOptions(choices))
  .map(([name, value]) => `  ${name}: ${literal(value)},`)
  .join('\n')}
  onNote: ({ text }) => say(text),
  onEpoch: ({ log }) => say(\`epoch \${log.epoch}: loss \${log.loss.toFixed(4)}\`),
});
for (const line of evaluation?.table.lines ?? []) console.log(line);
await lo.writeFileAtomic('model.onnx', forecaster.toOnnx());

const { set, notes } = forecaster.seriesToForecast(series${future});
for (const { text } of notes) say(text);
const forecast = forecaster.table(await forecaster.forecast(set${future}));
const csv = lo.tableToCsv(forecast${decimal});
await lo.writeFileAtomic('forecast.csv', csv);
console.log(csv);
`;
}

/** Of options that are on one line. */
const WIDTH = 70;

/** Options: on one line where that is short. */
function optionsText(options: object): string {
  const line = literal(options);
  if (line.length <= WIDTH) return line;
  const parts = Object.entries(options).map(([name, part]) => `  ${keyOf(name)}: ${literal(part)},\n`);
  return `{\n${parts.join('')}}`;
}

/** A value as it is written in a program, on one line. */
function literal(value: unknown): string {
  if (typeof value === 'string') {
    return /['\\]/.test(value) || /\p{Cc}/u.test(value) ? JSON.stringify(value) : `'${value}'`;
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, part]) => `${keyOf(name)}: ${literal(part)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function keyOf(name: string): string {
  // This name alone would be the prototype.
  if (name === '__proto__') return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}
