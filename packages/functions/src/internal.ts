/**
 * What the sibling packages need of `@covey/functions` beyond its public names. No promise is made about it to anyone else.
 */
export { letProxyTravel, serializerNamed } from './registry.js';
export { provideUploadedFile } from './runtime/uploaded-files.js';
export { prepareCapture } from './capture/prepare.js';
export { mapStack } from './v8/source-maps.js';
export { isSharedEncoding } from './values/shared.js';
