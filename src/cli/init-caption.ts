/** `lstm-onnx init caption`: a file for `train caption --config`, from the captions that it is to learn. */
import { dirname, extname, resolve } from 'node:path';
import { textRecords } from '../data/text/text-records.js';
import { foundTokenizer } from '../tasks/found-tokenizer.js';
import {
  type CaptionSettings,
  type captionSettings,
  captionTable,
  captionTokenSettings,
  imageSettings,
} from './caption-settings.js';
import { draftColumns, draftRecords } from './draft-records.js';
import type { InitTask } from './init-task.js';
import { readImageArray } from './read-image-array.js';
import { readPngs } from './read-images.js';
import { SettingsDraft } from './settings-draft.js';

export const captionInit: InitTask<typeof captionSettings.shape> = {
  table: captionTable,
  describe: 'Write the options of train caption for a file of captions as JSON, with what is found in it',
  data: 'data',
  groups: { 'The files:': imageSettings, 'The captions:': captionTokenSettings },
  examples: [
    ['init caption --data captions.csv', 'caption.json; what is to be decided is null in it'],
    ['train caption --config caption.json', 'Trains by it'],
  ],
  async draft(given) {
    const { data = '', images } = given;
    const draft = new SettingsDraft<Partial<CaptionSettings>>(given);
    if (images !== undefined) sizeNote(draft, await readImageArray(images, (line) => draft.notes.push(line)));
    if (extname(data).toLowerCase() === '.txt') return draft;
    const records = await draftRecords(draft, data, given);
    const columns: ReadonlyMap<string, string> =
      images === undefined
        ? draftColumns(draft, records, { image: given.image, text: given.text })
        : draftColumns(draft, records, { text: given.text });
    const [text, image] = [columns.get('text'), columns.get('image')];
    if (text === undefined) return draft;
    const fields = [text, ...(image === undefined ? [] : [image])].map((name) => ({
      name,
      takesNumbers: true,
    }));
    const texts: string[] = [];
    let first: string | undefined;
    for await (const { values } of textRecords(data, records.source, fields)) {
      texts.push(values[0] ?? '');
      first ??= values[1];
    }
    if (first !== undefined) {
      sizeNote(draft, await readPngs([resolve(dirname(data), first)], (line) => draft.notes.push(line)));
    }
    const tokens = given.tokens ?? foundTokenizer(texts);
    draft.take({ tokens }, `Tokens: ${tokens} of the captions.`);
    return draft;
  },
};

function sizeNote(
  draft: SettingsDraft<Partial<CaptionSettings>>,
  { shape: [, height, width] }: { readonly shape: readonly number[] },
): void {
  draft.notes.push(`Images: ${height} by ${width} pixels, height by width.`);
}
