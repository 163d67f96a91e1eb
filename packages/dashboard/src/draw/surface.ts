/** A canvas that fills its box, sharp at any pixel ratio. */

export interface SurfaceOptions {
  /** Reads and writes whole images: keeps the canvas in ordinary memory, where that is fast. */
  readonly pixels?: boolean;
  readonly class?: string;
}

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  width = 0;
  height = 0;
  ratio = 1;
  readonly #observer: ResizeObserver;

  /** `resized` is called after the canvas was emptied by a new size. */
  constructor(host: HTMLElement, resized: () => void, options: SurfaceOptions = {}) {
    this.canvas = document.createElement('canvas');
    this.canvas.className = `covey-Canvas ${options.class ?? ''}`;
    this.canvas.setAttribute('aria-hidden', 'true');
    host.append(this.canvas);
    this.context = this.canvas.getContext('2d', { willReadFrequently: options.pixels ?? false })!;
    this.#observer = new ResizeObserver(() => {
      if (this.#measure(host)) resized();
    });
    this.#observer.observe(host);
  }

  get pixelWidth(): number {
    return this.canvas.width;
  }

  get pixelHeight(): number {
    return this.canvas.height;
  }

  /** Whether there is anything to draw on. */
  get isThere(): boolean {
    return this.canvas.width > 0 && this.canvas.height > 0;
  }

  /** Empties it and scales it to CSS pixels. */
  begin(): CanvasRenderingContext2D {
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    return this.context;
  }

  dispose(): void {
    this.#observer.disconnect();
    this.canvas.remove();
  }

  #measure(host: HTMLElement): boolean {
    const ratio = globalThis.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = host;
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    [this.width, this.height, this.ratio] = [width, height, ratio];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    return true;
  }
}
