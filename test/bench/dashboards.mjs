/**
 * A process of dashboards: each asks over HTTP for what a page with its first four panels asks, as often as a page does. Says
 * 'watching' once all have seen something.
 */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const TOPICS = ['overview', 'workers', 'progress', 'task-stream'];
const WAIT_MS = 10_000;
const PACE_MS = 60;

const { VIEWED: scheduler, TOKEN: token, VIEWERS: viewers } = process.env;
const headers = { authorization: `Bearer ${token}` };
let unseen = Number(viewers);
for (let i = 0; i < viewers; i++) void view();

/** A page: one request at a time, for what is newer of any topic. */
async function view() {
  const cursors = new Map(TOPICS.map((topic) => [topic, 0]));
  for (let isFirst = true; ; isFirst = false) {
    const topics = [...cursors].map(([topic, cursor]) => `${topic}=${cursor}`);
    const response = await fetch(`${scheduler}/figures?${topics.join('&')}&waitMs=${WAIT_MS}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    for (const { topic, cursor } of headersOf(bytes)) cursors.set(topic, cursor);
    if (isFirst && --unseen === 0) process.send('watching');
    await delay(PACE_MS);
  }
}

/** What is told of each batch, without its columns. */
function headersOf(bytes) {
  const batches = [];
  for (let offset = 0; offset < bytes.length;) {
    const columns = offset + 4 + bytes.readUInt32LE(offset);
    const batch = JSON.parse(bytes.toString('utf8', offset + 4, columns));
    batches.push(batch);
    offset = batch.bufferLengths.reduce((sum, length) => sum + length, columns);
  }
  return batches;
}
