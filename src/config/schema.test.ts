import { describe, expect, it } from 'vitest';
import { envName, kebab, suggestion } from './names.js';
import { optionTable } from './option-table.js';
import { optionEntries, type Option } from './schema.js';

describe('the option table', () => {
  it('has one line for each option, with flag, variable, key, default and meaning', () => {
    const lines = optionTable().trimEnd().split('\n');
    expect(lines).toHaveLength(optionEntries.length + 2);
    expect(lines).toContain(
      '| `--mixed <late\\|inject\\|pin\\|skip>` | `DS_INJECTOR_MIXED` | `mixed` | `late` | What to do with a pod that may land on a virtual node or on a real one. |',
    );
  });

  it.each(optionEntries)(
    '%s has a default that its own schema accepts',
    (_, option: Option<unknown>) => {
      if (option.default === undefined) return;
      expect(option.schema.parse(option.default)).toEqual(option.default);
    },
  );

  it('makes names', () => {
    expect(kebab('leaveToPlatform')).toBe('leave-to-platform');
    expect(envName('leaveToPlatform')).toBe('DS_INJECTOR_LEAVE_TO_PLATFORM');
  });

  it.each([
    ['prot', '; did you mean `port`?'],
    ['PORT', '; did you mean `port`?'],
    ['mixd', '; did you mean `mixed`?'],
    ['colour', ''],
  ])('suggests for %s', (wrong, expected) => {
    expect(suggestion(wrong, ['port', 'mixed'])).toBe(expected);
  });
});
