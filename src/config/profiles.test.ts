import { describe, expect, it } from 'vitest';
import { unknownVirtualNode } from '../core/profiles/built-in.js';
import { parseProfiles } from './profiles.js';

const parse = (source: string): ReturnType<typeof parseProfiles> => parseProfiles('p.yaml', source);

describe('parseProfiles', () => {
  it('fills in what can be said of any virtual node', () => {
    const { profiles, problems } = parse('- {name: mine, nodes: [{label: type, value: mine}]}');
    expect(problems).toEqual([]);
    expect(profiles).toEqual([
      {
        ...unknownVirtualNode,
        name: 'mine',
        source: 'configuration',
        nodes: [{ label: 'type', value: 'mine' }],
      },
    ]);
  });

  it('keeps every field', () => {
    const profile = {
      name: 'full',
      source: 'its manual',
      nodes: [{ taint: 't' }, { providerID: 'x://' }],
      pods: [{ schedulerName: 's' }, { annotation: 'a', value: 'b' }, { label: 'l' }],
      promisedNode: {
        labels: { a: 'b' },
        taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
      },
      action: 'leave',
      nativeSidecars: 'yes',
      podLevelResources: 'no',
      ephemeralContainers: 'by-version',
      privileged: true,
      capabilities: ['NET_ADMIN'],
      hostPath: 'private',
      hostView: 'own',
      emptyDirSubPath: false,
      maxContainers: 20,
      reservedPorts: [9100],
      events: 'none',
      annotations: { x: 'y' },
    };
    expect(parse(JSON.stringify([profile])).profiles).toEqual([profile]);
    expect(parse(JSON.stringify({ profiles: [profile] })).profiles).toEqual([profile]);
  });

  it('reads a bare yes as the word', () => {
    const { profiles } = parse('- {name: a, pods: [{schedulerName: s}], nativeSidecars: yes}');
    expect(profiles[0]?.nativeSidecars).toBe('yes');
  });

  it('takes an empty file for no profiles', () => {
    expect(parse('# none\n')).toEqual({ profiles: [], problems: [] });
  });

  it('names all problems at once with file and path', () => {
    const { profiles, problems } = parse(
      [
        '- name: UPPER',
        '  nodes: [{lable: x}]',
        '  privileged: maybe',
        '- name: ok',
        '  colour: red',
        '- name: bare',
      ].join('\n'),
    );
    expect(profiles).toEqual([]);
    for (const path of [
      '`[0].name`',
      '`[0].nodes[0]`',
      '`[0].privileged`',
      '`[1]`',
      '`[2]`: expected at least one rule',
    ]) {
      expect(problems.join('\n')).toContain(`p.yaml: ${path}`);
    }
  });

  it('refuses two profiles of one name and broken YAML', () => {
    const rule = 'nodes: [{label: a}]';
    expect(parse(`- {name: a, ${rule}}\n- {name: a, ${rule}}`).problems).toEqual([
      'p.yaml: two profiles are called `a`',
    ]);
    expect(parse('- {').problems[0]).toMatch(/^p\.yaml: .* line/);
  });
});
