/**
 * What the kernel says of itself.
 */
import { COVEY_VERSION } from '@covey/protocol';
import { PROTOCOL_VERSION } from './message.js';
import type { Dictionary } from './message.js';

export const languageInfo = {
  name: 'typescript',
  version: '5.9',
  mimetype: 'application/typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  codemirror_mode: 'typescript',
  nbconvert_exporter: 'script',
} as const;

export function kernelInfo(): Dictionary {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'covey',
    implementation_version: COVEY_VERSION,
    language_info: languageInfo,
    banner: `TypeScript on Node.js ${process.versions.node}, with Covey ${COVEY_VERSION}`,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/docs/latest/api/' },
    ],
    debugger: true,
    supported_features: ['debugger'],
  };
}
