/** Draws Covey's MIME types in notebooks. What is no payload that it understands is shown by the text beside it. */
import * as React from 'react';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import { displayTypes } from '@covey/protocol/bridge';
import { DisplayCard } from './display-card.js';
import type { IDisplayContext } from './display-card.js';
import { readDisplay } from './payloads.js';

export class DisplayRenderer extends ReactWidget implements IRenderMime.IRenderer {
  private _data: IRenderMime.IMimeModel['data'] = {};

  constructor(private readonly _context: IDisplayContext) {
    super();
    this.addClass('jp-covey-DisplayOutput');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._data = model.data;
    this.update();
    await this.renderPromise;
  }

  protected override render(): JSX.Element {
    const kept = readDisplay(this._data);
    if (kept !== undefined) return <DisplayCard kept={kept} context={this._context} />;
    const text: unknown = this._data['text/plain'];
    return <pre>{Array.isArray(text) ? text.join('') : typeof text === 'string' ? text : ''}</pre>;
  }
}

export function rendererFactory(context: IDisplayContext): IRenderMime.IRendererFactory {
  return {
    // It shows text and figures only, so it is no matter who wrote them.
    safe: true,
    mimeTypes: Object.values(displayTypes),
    createRenderer: () => new DisplayRenderer(context),
  };
}
