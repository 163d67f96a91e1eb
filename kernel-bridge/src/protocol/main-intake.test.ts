import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescriptorReader } from '../channel/descriptor-reader.js';
import { descriptorFile, writtenNow } from '../channel/descriptors.js';
import type { DescriptorFile } from '../channel/descriptors.js';
import { writeMessage } from '../channel/main-messages.js';
import { createRingMemory, RingReader, RingWriter } from '../channel/output-ring.js';
import { MainIntake } from './main-intake.js';

let folder: string;
let file: DescriptorFile;
let heard: string[];
let descriptors: DescriptorReader;
let ring: RingWriter;
let intake: MainIntake;
/** What happens when the ring was just drained. */
let meanwhile: (() => void) | undefined;

const print = (text: string): void => writeMessage(ring, { type: 'stream', id: 1, name: 'stdout', text });
const child = (text: string): void => appendFileSync(file.path, text);
const mark = (): void => writeMessage(ring, { type: 'descriptors', written: writtenNow([file]) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'covey-intake-'));
  const path = join(folder, 'out');
  file = descriptorFile('stdout', path, openSync(path, 'a'));
  heard = [];
  meanwhile = undefined;
  descriptors = new DescriptorReader([file], (_, text) => heard.push(text));
  const memory = createRingMemory();
  ring = new RingWriter(memory, () => undefined);
  intake = new MainIntake({
    ring: new RingReader(memory),
    descriptors,
    onMessage: (message) => message.type === 'stream' && heard.push(message.text),
    sockets: {
      get isBehind() {
        meanwhile?.();
        meanwhile = undefined;
        return false;
      },
      flushed: () => Promise.resolve(),
    },
  });
});
afterEach(() => {
  descriptors.close();
  closeSync(file.descriptor);
  rmSync(folder, { recursive: true });
});

test('what several children wrote stands each in its place, however late it is read', () => {
  print('one');
  child('two');
  mark();
  print('three');
  child('four');
  mark();
  print('five');
  intake.take();
  expect(heard).toEqual(['one', 'two', 'three', 'four', 'five']);
});

test('what is written while the files are looked at does not overtake what main said before it', () => {
  child('zero');
  meanwhile = () => {
    print('one');
    child('two');
  };
  intake.look();
  expect(heard).toEqual(['zero']);
  intake.look();
  expect(heard).toEqual(['zero', 'one', 'two']);
});

test('a long file is emptied once it grows no more, and read from its new beginning', () => {
  const flood = 'x'.repeat(1 << 20);
  child(flood);
  intake.look();
  // Its writer goes on, and loses nothing.
  child('y');
  intake.look();
  expect(statSync(file.path).size).toBe(flood.length + 1);
  const stale = writtenNow([file]);
  intake.look();
  expect(statSync(file.path).size).toBe(0);
  expect(heard.join('')).toBe(`${flood}y`);
  heard.length = 0;
  child('new');
  // As main told of the file before it was emptied, it has been read.
  writeMessage(ring, { type: 'descriptors', written: stale });
  print('said');
  mark();
  intake.take();
  expect(heard).toEqual(['said', 'new']);
});

test('an endless flood is cut in its midst', () => {
  child('x'.repeat(64 << 20));
  intake.look();
  expect(statSync(file.path).size).toBe(0);
  expect(heard.join('').length).toBeLessThan(1 << 20);
  expect(heard.join('')).toContain('MB of output were left out here');
});
