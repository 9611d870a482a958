/** Text that is shaded by how much it surprised a model. */
import { expect, it } from 'vitest';
import { encodeText } from '../../src/data/text/encode-text.js';
import { vocabulary } from '../../src/data/text/vocabulary.js';
import { shadedText } from '../../src/report/shaded-text.js';

it('shades each token by its probability, with a sign where a line end surprised', () => {
  const characters = vocabulary(['ab<\n'], { tokens: 'characters' });
  const probabilities = [0.6, 0.3, 0.3, 0.05, 0.005, 0.0001, 0.9, 0.2];
  const { markup } = shadedText(
    characters,
    encodeText(characters, 'aab<ab<\n\n'),
    Float64Array.from(probabilities, Math.log),
  );
  expect(markup).toBe(
    '<pre class="text">aa<mark class="s1">b&lt;</mark><mark class="s2">a</mark><mark class="s3">b</mark>' +
      '<mark class="s4">&lt;</mark>\n<mark class="s1">⏎\n</mark></pre>',
  );
});

it('has the spaces between words, and the characters of the text that markup would obey', () => {
  const words = vocabulary(['one, <two>'], { tokens: 'words' });
  const { markup } = shadedText(words, encodeText(words, 'one, <two>'), new Float64Array(4));
  expect(markup).toBe('<pre class="text">one, &lt; two &gt;</pre>');
});
