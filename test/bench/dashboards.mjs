/**
 * A process of dashboards: each asks over HTTP for what a page with its first four panels asks, as often as a page does. Says
 * 'watching' once all have seen something.
 */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const TOPICS = ['overview', 'workers', 'progress', 'task-stream'];
const WAIT_MS = 10_000;
const PACE_MS = 50;

const { VIEWED: scheduler, TOKEN: token, VIEWERS: viewers } = process.env;
let unseen = TOPICS.length * viewers;
for (let i = 0; i < viewers; i++) for (const topic of TOPICS) void view(topic);

async function view(topic) {
  const headers = { authorization: `Bearer ${token}` };
  let cursor = 0;
  for (let isFirst = true; ; isFirst = false) {
    const response = await fetch(`${scheduler}/figures/${topic}?cursor=${cursor}&waitMs=${WAIT_MS}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    cursor = JSON.parse(bytes.toString('utf8', 4, 4 + bytes.readUInt32LE(0))).cursor;
    if (isFirst && --unseen === 0) process.send('watching');
    await delay(PACE_MS);
  }
}
