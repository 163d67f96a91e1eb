/**
 * A page without a browser, as far as painters need one: elements that are given a size, and canvases that write down what is
 * drawn on them. Pixels are what `putImageData` puts.
 */

type Point = readonly [x: number, y: number];

/** What was drawn since the canvas was emptied last. */
export class Drawing {
  readonly texts: { readonly text: string; readonly at: Point; readonly colour: string }[] = [];
  readonly frames: { readonly at: Point; readonly width: number; readonly height: number }[] = [];
  readonly lines: (readonly [from: Point, to: Point])[] = [];
  image: ImageData | undefined;
  /** How often an image was put. */
  images = 0;
  fillStyle = '';
  strokeStyle = '';
  lineWidth = 1;
  font = '';
  textAlign = '';
  textBaseline = '';
  #from: Point = [0, 0];

  clearRect(): void {
    for (const list of [this.texts, this.frames, this.lines]) list.length = 0;
  }

  fillText(text: string, x: number, y: number): void {
    this.texts.push({ text, at: [x, y], colour: this.fillStyle });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.frames.push({ at: [x, y], width, height });
  }

  moveTo(x: number, y: number): void {
    this.#from = [x, y];
  }

  lineTo(x: number, y: number): void {
    this.lines.push([this.#from, [x, y]]);
    this.#from = [x, y];
  }

  putImageData(image: ImageData): void {
    this.image = image;
    this.images++;
  }

  setTransform(): void {
    // All is written down in CSS pixels.
  }

  beginPath(): void {
    // Lines are written down as they are drawn.
  }

  stroke(): void {
    // So they are.
  }
}

class RecordingElement {
  readonly children: RecordingElement[] = [];
  readonly style = {};
  readonly drawing = new Drawing();
  className = '';
  clientWidth = 0;
  clientHeight = 0;
  width = 0;
  height = 0;

  setAttribute(): void {
    // Attributes are for people and styles.
  }

  append(...added: RecordingElement[]): void {
    this.children.push(...added);
  }

  remove(): void {
    // Nobody looks for it afterwards.
  }

  getContext(): Drawing {
    return this.drawing;
  }
}

export class RecordingPage {
  readonly #observed: { readonly element: RecordingElement; readonly resized: () => void }[] = [];

  /** Puts it where a browser's is; what it returns takes it away again. */
  install(): () => void {
    const observed = this.#observed;
    const parts: Record<string, unknown> = {
      document: { createElement: () => new RecordingElement() },
      ResizeObserver: class {
        readonly #resized: () => void;
        constructor(resized: () => void) {
          this.#resized = resized;
        }
        observe(element: RecordingElement): void {
          observed.push({ element, resized: this.#resized });
        }
        disconnect(): void {
          observed.length = 0;
        }
      },
      ImageData: class {
        readonly data: Uint8ClampedArray;
        constructor(
          readonly width: number,
          readonly height: number,
        ) {
          this.data = new Uint8ClampedArray(width * height * 4);
        }
      },
    };
    const before = Object.keys(parts).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
    Object.assign(globalThis, parts);
    return () => {
      for (const [name, descriptor] of before) {
        if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
        else Object.defineProperty(globalThis, name, descriptor);
      }
    };
  }

  /** Gives elements a size, and tells who observes them. */
  resize(sizes: readonly (readonly [element: HTMLElement, width: number, height: number])[]): void {
    for (const [element, width, height] of sizes) Object.assign(element, { clientWidth: width, clientHeight: height });
    for (const { resized } of this.#observed) resized();
  }

  /** What was drawn on the canvases of an element, the lowest first. */
  drawings(element: HTMLElement): readonly Drawing[] {
    return (element as unknown as RecordingElement).children.map(({ drawing }) => drawing);
  }
}
