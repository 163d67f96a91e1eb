/** Names of clusters: what they may be, and one for a cluster that was given none. */
import { randomInt } from 'node:crypto';
import { isClusterName } from '@covey/protocol/bridge';
import { ConfigurationError } from './errors.js';

/** Coveys are of birds. */
const BIRDS = [
  ...['avocet', 'bittern', 'bunting', 'chough', 'curlew', 'dipper', 'dunlin', 'egret', 'finch', 'gannet', 'grebe'],
  ...['grouse', 'heron', 'hoopoe', 'ibis', 'jay', 'kestrel', 'kite', 'lark', 'linnet', 'martin', 'merlin', 'oriole'],
  ...['osprey', 'partridge', 'petrel', 'pipit', 'plover', 'quail', 'rail', 'raven', 'redstart', 'robin', 'rook'],
  ...[
    'shrike',
    'siskin',
    'snipe',
    'sparrow',
    'starling',
    'stork',
    'swift',
    'teal',
    'tern',
    'thrush',
    'wagtail',
    'wren',
  ],
];
const MANNERS = [
  ...[
    'amber',
    'ashen',
    'brave',
    'brisk',
    'calm',
    'clear',
    'coral',
    'dapper',
    'deft',
    'eager',
    'early',
    'fleet',
    'gentle',
  ],
  ...['golden', 'hardy', 'hazel', 'keen', 'light', 'lively', 'lucid', 'merry', 'nimble', 'noble', 'olive', 'plain'],
  ...[
    'proud',
    'quick',
    'quiet',
    'rapid',
    'ready',
    'russet',
    'silver',
    'spry',
    'steady',
    'swift',
    'tidy',
    'vivid',
    'wise',
  ],
];

/** A name for a cluster that was given none, such as `brisk-quail`. Not promised to be unique: the registry sees to that. */
export function inventName(random: (below: number) => number = (below) => randomInt(below)): string {
  return `${MANNERS[random(MANNERS.length)]}-${BIRDS[random(BIRDS.length)]}`;
}

export { isClusterName };

/** @throws {ConfigurationError} when the text can't be a cluster's name. */
export function checkClusterName(name: string): string {
  if (isClusterName(name)) return name;
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  throw new ConfigurationError(
    `${shown} can't be the name of a cluster: use letters, digits, dots, dashes and underscores, at most 63, a letter or digit first and last`,
    { data: { option: 'name' } },
  );
}
