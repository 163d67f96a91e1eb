import { parseConnectionInfo } from './connection-file.js';
import { MalformedMessageError, Wire } from './message.js';
import { MessageFactory } from './message-factory.js';

const ports = { shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5 };

test('what is encoded is decoded again', () => {
  const wire = new Wire('secret');
  const message = new MessageFactory().make({
    type: 'comm_msg',
    content: { text: 'ä' },
    identities: [Buffer.from('who')],
    buffers: [Buffer.from([1, 2, 3])],
  });
  expect(wire.decode(wire.encode(message))).toEqual(message);
});

test.each([
  ['a wrong key', new Wire('other').encode(new MessageFactory().make({ type: 'x', content: {} }))],
  ['no delimiter', [Buffer.from('a')]],
  ['too few parts', [Buffer.from('<IDS|MSG>'), Buffer.from('')]],
  ['no frames', []],
])('a message with %s is refused', (_, frames) => {
  expect(() => new Wire('secret').decode(frames)).toThrow(MalformedMessageError);
});

test.each([
  ['not json', '{', /not JSON/],
  ['encryption', JSON.stringify({ ...ports, curve_secretkey: 'x' }), /curve_secretkey/],
  ['another signature', JSON.stringify({ ...ports, signature_scheme: 'hmac-md5' }), /hmac-md5/],
  ['another transport', JSON.stringify({ ...ports, transport: 'carrier-pigeon' }), /carrier-pigeon/],
  ['a missing port', JSON.stringify({ ...ports, hb_port: undefined }), /hb_port/],
])('a connection file with %s is refused', (_, text, message) => {
  expect(() => parseConnectionInfo(text)).toThrow(message);
});

test('endpoints are made for both transports', () => {
  expect(parseConnectionInfo(JSON.stringify(ports)).endpoints.shell).toBe('tcp://127.0.0.1:1');
  expect(parseConnectionInfo(JSON.stringify({ ...ports, transport: 'ipc', ip: '/tmp/k' })).endpoints.iopub).toBe(
    'ipc:///tmp/k-4',
  );
});
