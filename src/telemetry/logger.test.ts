import { describe, expect, it } from 'vitest';
import { makeLogger } from './logger.js';

describe('makeLogger', () => {
  it('writes a JSON line with level, time and message, without process id and host name', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = makeLogger({ level: 'info', destination });
    logger.info({ n: 1 }, 'hello');
    logger.debug('not this one');
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toEqual({ level: 'info', time: line['time'], n: 1, msg: 'hello' });
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});
