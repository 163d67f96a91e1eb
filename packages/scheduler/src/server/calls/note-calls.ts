/** Calls about what clients leave for each other: metadata, topics, coordination. */
import type { CallTable, ServerParts } from './call-table.js';

type NoteCalls = 'set-metadata' | 'get-metadata' | 'subscribe' | 'unsubscribe' | 'log-event' | 'events' | 'coordinate';

export function noteCalls(parts: ServerParts): CallTable<NoteCalls> {
  const { coordination, metadata, now, topics } = parts;
  return {
    'set-metadata': (args) => {
      metadata.set(args.texts('path'), args.any('value'));
      return null;
    },
    'get-metadata': (args) => metadata.get(args.texts('path')),
    subscribe: (args, { client }) => {
      topics.subscribe(client, args.text('topic'));
      return null;
    },
    unsubscribe: (args, { client }) => {
      topics.unsubscribe(client, args.text('topic'));
      return null;
    },
    'log-event': (args) => {
      topics.publish(args.text('topic'), args.any('payload'), now());
      return null;
    },
    events: (args) => topics.events(args.has('topic') ? args.text('topic') : undefined),
    coordinate: (args, session) => coordination.coordinate(args.all(), session),
  };
}
