/**
 * The drawing area: strokes by mouse, finger or pen, and by the arrow keys. It knows lines on a square, 0 to 1; what
 * becomes of them is for those who listen.
 */
import { type DigitImage, imageSide } from '../shared/digit-image.js';
import type { Point, Stroke } from './stroke-image.js';

/** Width of a line, as a part of the pad. */
const penWidth = 0.075;
/** How far an arrow key goes. */
const keyStep = 1 / 32;

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -keyStep, y: 0 },
  ArrowRight: { x: keyStep, y: 0 },
  ArrowUp: { x: 0, y: -keyStep },
  ArrowDown: { x: 0, y: keyStep },
};

export interface PadEvents {
  /** The strokes have changed; `done` when the pen is up. */
  onStrokes(strokes: readonly Stroke[], done: boolean): void;
  /** The keyboard's pen has gone down or up. */
  onPen(down: boolean): void;
}

export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #events: PadEvents;
  #strokes: Point[][] = [];
  /** The pointer that draws; others, as a palm beside a pen, do not. */
  #pointer: number | undefined;
  #cursor: Point = { x: 0.5, y: 0.25 };
  #keyPenDown = false;
  /** Whether keys move the pen, so that it is shown where it is. */
  #byKeys = false;
  #shown: DigitImage | undefined;

  constructor(canvas: HTMLCanvasElement, events: PadEvents) {
    this.#canvas = canvas;
    this.#events = events;
    canvas.addEventListener('pointerdown', (event) => this.#start(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      canvas.addEventListener(type, (event) => this.#end(event));
    }
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('focus', () => this.paint());
    canvas.addEventListener('blur', () => this.#leave());
    new ResizeObserver(() => this.paint()).observe(canvas);
  }

  clear(): void {
    this.#strokes = [];
    this.#shown = undefined;
    this.#lift();
    this.#changed(true);
  }

  /** Takes back the last stroke. */
  undo(): void {
    this.#strokes.pop();
    this.#shown = undefined;
    this.#lift();
    this.#changed(true);
  }

  /** Shows an image in place of strokes. The next stroke starts anew. */
  show(image: DigitImage): void {
    this.#strokes = [];
    this.#shown = image;
    this.#lift();
    this.paint();
  }

  #start(event: PointerEvent): void {
    if (this.#pointer !== undefined || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.#byKeys = false;
    this.#setKeyPen(false);
    this.#begin(this.#place(event));
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    // Some browsers have no such method, and some give an empty list.
    const between = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
    for (const part of between.length > 0 ? between : [event]) {
      this.#strokes.at(-1)?.push(this.#place(part));
    }
    this.#changed(false);
  }

  #end(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = undefined;
    this.#changed(true);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#pointer !== undefined) return;
    this.#byKeys = true;
    const step = arrows[event.key];
    if (step) {
      this.#cursor = { x: inside(this.#cursor.x + step.x), y: inside(this.#cursor.y + step.y) };
      if (this.#keyPenDown) this.#strokes.at(-1)?.push(this.#cursor);
      this.#changed(!this.#keyPenDown);
    } else if (event.key === ' ') {
      if (this.#keyPenDown) {
        this.#setKeyPen(false);
        this.#changed(true);
      } else {
        this.#setKeyPen(true);
        this.#begin(this.#cursor);
      }
    } else if (event.key === 'Backspace') {
      this.undo();
    } else {
      return;
    }
    event.preventDefault();
  }

  #begin(point: Point): void {
    this.#shown = undefined;
    this.#cursor = point;
    this.#strokes.push([point]);
    this.#changed(false);
  }

  /** The line that is being drawn is over, whatever draws it: it may be there no more. */
  #lift(): void {
    this.#pointer = undefined;
    this.#setKeyPen(false);
  }

  /** Who goes elsewhere has drawn what they wanted: they could not lift the pen from there. */
  #leave(): void {
    if (this.#keyPenDown) {
      this.#setKeyPen(false);
      this.#changed(true);
    } else {
      this.paint();
    }
  }

  #setKeyPen(down: boolean): void {
    if (down === this.#keyPenDown) return;
    this.#keyPenDown = down;
    this.#events.onPen(down);
  }

  #changed(done: boolean): void {
    this.paint();
    // Moving the pen over a sample that is shown changes nothing.
    if (!this.#shown) this.#events.onStrokes(this.#strokes, done);
  }

  #place(event: PointerEvent): Point {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: inside((event.clientX - box.left) / box.width),
      y: inside((event.clientY - box.top) / box.height),
    };
  }

  /** Draws everything, in the colours that now hold. */
  paint(): void {
    const canvas = this.#canvas;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (side === 0) return;
    if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
    const context = canvas.getContext('2d');
    if (!context) return;
    const style = getComputedStyle(canvas);
    context.clearRect(0, 0, side, side);
    if (this.#shown) paintImage(context, this.#shown, side, style.color);
    context.strokeStyle = style.color;
    context.lineWidth = penWidth * side;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const stroke of this.#strokes) {
      context.beginPath();
      for (const { x, y } of stroke) context.lineTo(x * side, y * side);
      const [only, second] = stroke;
      if (only && !second) context.lineTo(only.x * side, only.y * side);
      context.stroke();
    }
    if (canvas.matches(':focus-visible') || (this.#byKeys && canvas.matches(':focus'))) {
      this.#paintCursor(context, side, style.accentColor);
    }
  }

  #paintCursor(context: CanvasRenderingContext2D, side: number, colour: string): void {
    const [x, y] = [this.#cursor.x * side, this.#cursor.y * side];
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    context.arc(x, y, (penWidth / 2) * side, 0, 2 * Math.PI);
    if (this.#keyPenDown) context.fill();
    context.stroke();
  }
}

function inside(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The pixels of an image, as dark as they are. */
function paintImage(context: CanvasRenderingContext2D, image: DigitImage, side: number, ink: string): void {
  const pixel = side / imageSide;
  context.fillStyle = ink;
  for (const [index, value] of image.entries()) {
    if (value === 0) continue;
    context.globalAlpha = value;
    const [column, row] = [index % imageSide, Math.floor(index / imageSide)];
    const [left, top] = [Math.round(column * pixel), Math.round(row * pixel)];
    context.fillRect(left, top, Math.round((column + 1) * pixel) - left, Math.round((row + 1) * pixel) - top);
  }
  context.globalAlpha = 1;
}
