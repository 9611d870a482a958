/** Ten buttons with handwritten digits; pressing one again takes the next sample of its digit. */
import { paintNumbers } from './colour-scale.js';
import { type DigitImage, imageSide } from './digit-image.js';
import { make } from './element.js';

interface Choice {
  readonly button: HTMLButtonElement;
  readonly canvas: HTMLCanvasElement;
  readonly images: readonly DigitImage[];
  next: number;
}

export class SampleButtons {
  readonly #place: HTMLElement;
  readonly #onChoose: (image: DigitImage) => void;
  #choices: readonly Choice[] = [];

  constructor(place: HTMLElement, onChoose: (image: DigitImage) => void) {
    this.#place = place;
    this.#onChoose = onChoose;
  }

  /** @param samples the images of each digit */
  offer(samples: readonly (readonly DigitImage[])[]): void {
    this.#choices = samples.map((images, digit) => {
      const canvas = make('canvas', { width: String(imageSide), height: String(imageSide), class: 'pixels' });
      const button = make(
        'button',
        {
          type: 'button',
          id: `sample-${digit}`,
          'aria-label': `A ${digit} from the test set`,
          'aria-pressed': 'false',
        },
        canvas,
      );
      const choice: Choice = { button, canvas, images, next: 0 };
      button.addEventListener('click', () => this.#choose(choice));
      return choice;
    });
    this.#place.replaceChildren(...this.#choices.map(({ button }) => button));
    this.paint();
  }

  /** As if the digit's button was pressed. */
  choose(digit: number): void {
    const choice = this.#choices[digit];
    if (choice) this.#choose(choice);
  }

  /** Says that what is on the pad is no sample any more. */
  unchoose(): void {
    for (const { button } of this.#choices) button.setAttribute('aria-pressed', 'false');
  }

  paint(): void {
    for (const choice of this.#choices) paintNext(choice);
  }

  #choose(choice: Choice): void {
    const image = choice.images[choice.next];
    if (!image) return;
    this.unchoose();
    choice.button.setAttribute('aria-pressed', 'true');
    choice.next = (choice.next + 1) % choice.images.length;
    paintNext(choice);
    this.#onChoose(image);
  }
}

/** A button shows what pressing it brings. */
function paintNext({ canvas, images, next }: Choice): void {
  const image = images[next];
  if (image) paintNumbers(canvas, image, 'ink');
}
