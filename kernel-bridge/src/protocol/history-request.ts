/**
 * `history_request` in the protocol's words.
 */
import type { History, HistoryEntry } from './history.js';
import type { Dictionary } from './message.js';

export function answerHistory(history: History, content: Dictionary): Dictionary {
  const found = entriesFor(history, content);
  if (found === undefined) {
    const evalue = `There is no history by ${JSON.stringify(content['hist_access_type'])}: tail, range or search.`;
    return { status: 'error', ename: 'HistoryError', evalue, traceback: [], history: [] };
  }
  const withOutput = content['output'] === true;
  return {
    status: 'ok',
    history: found.map(({ session, line, input, output }) => [session, line, withOutput ? [input, output] : input]),
  };
}

function entriesFor(history: History, content: Dictionary): HistoryEntry[] | undefined {
  const number = (name: string): number | undefined => {
    const value = content[name];
    return typeof value === 'number' ? value : undefined;
  };
  switch (content['hist_access_type']) {
    case 'range':
      return history.range(number('session') ?? 0, number('start') ?? 1, number('stop'));
    case 'search': {
      const pattern = content['pattern'];
      return history.search(typeof pattern === 'string' ? pattern : '*', number('n'), content['unique'] === true);
    }
    case 'tail':
      return history.tail(number('n') ?? 10);
    default:
      return undefined;
  }
}
