/** `covey version`: what runs here. */
import type { Command } from 'commander';
import { COVEY_VERSION, PROTOCOL_VERSION } from '@covey/protocol';
import type { CommandContext } from '../program.js';

export function addVersionCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command('version')
    .description('print the versions of covey, its protocol and Node')
    .option('--json', 'print JSON')
    .action((flags: { json?: true }) => {
      const versions = {
        covey: COVEY_VERSION,
        protocol: PROTOCOL_VERSION,
        node: process.versions.node,
        v8: process.versions.v8,
        platform: `${process.platform}-${process.arch}`,
      };
      if (flags.json) terminal.out(JSON.stringify(versions, null, 2));
      else
        terminal.out(
          `covey ${COVEY_VERSION} (protocol ${PROTOCOL_VERSION}), node ${versions.node}, ${versions.platform}`,
        );
    });
}
