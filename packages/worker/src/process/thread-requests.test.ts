import { NotHereError } from '@covey/protocol';
import { RemoteRunError, ThreadRequests } from './thread-requests.js';

it('answers go to who asked, errors with their report, and once only', async () => {
  const requests = new ThreadRequests();
  const [first, second] = [requests.add(1), requests.add(1)];
  requests.reply(second.id, Uint8Array.of(2));
  const report = { name: 'RangeError', message: 'no', key: '' };
  requests.replyError(first.id, report);
  requests.reply(first.id, Uint8Array.of(1));
  requests.reply(99, Uint8Array.of(1));
  expect(await second.answer).toEqual(Uint8Array.of(2));
  const error: unknown = await first.answer.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RemoteRunError);
  expect(error).toMatchObject({ message: 'no', data: report });
});

it('what a thread that ends had not begun is asked again, by who knows another one', async () => {
  const requests = new ThreadRequests();
  const again: number[] = [];
  const [begun, notBegun] = [requests.add(1, (id) => again.push(id)), requests.add(1, (id) => again.push(id))];
  requests.threadEnded(1, begun.id);
  await expect(begun.answer).rejects.toBeInstanceOf(NotHereError);
  expect(again).toEqual([notBegun.id]);
  requests.move(notBegun.id, 2);
  requests.threadEnded(1, 0);
  requests.reply(notBegun.id, Uint8Array.of(3));
  expect(await notBegun.answer).toEqual(Uint8Array.of(3));
});

it('who asked a thread that ends is told', async () => {
  const requests = new ThreadRequests();
  const [lost, other] = [requests.add(1), requests.add(2)];
  requests.threadEnded(1, 0);
  await expect(lost.answer).rejects.toBeInstanceOf(NotHereError);
  requests.reply(other.id, Uint8Array.of(2));
  expect(await other.answer).toEqual(Uint8Array.of(2));
});
