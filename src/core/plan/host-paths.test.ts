import { describe, expect, it } from 'vitest';
import { builtInProfiles } from '../profiles/built-in.js';
import type { Profile } from '../profiles/profile.js';
import { isWithin, normalPath, relative } from '../model/path.js';
import { holdsContainerLogs, kindOf } from './host-paths.js';
import { replacePaths } from './own-paths.js';

const profile = (hostView: Profile['hostView']): Profile =>
  ({ ...builtInProfiles[0], hostView }) as Profile;

describe('kindOf', () => {
  it.each([
    ['/var/log', '', 'directory'],
    ['/var/lib/fluent', 'DirectoryOrCreate', 'directory'],
    ['/opt/cni/bin', '', 'host_mutator'],
    ['/var/lib/kubelet/plugins/x', '', 'host_mutator'],
    ['/run/xtables.lock', 'FileOrCreate', 'host_mutator'],
    ['/lib/modules', '', 'host_mutator'],
    ['/sys/fs/bpf', '', 'host_mutator'],
    ['/etc/machine-id', 'File', 'optional_file'],
    ['/etc/localtime', '', 'optional_file'],
    ['/var/run/docker.sock', '', 'host_file'],
    ['/run/containerd/containerd.sock', 'Socket', 'host_file'],
    ['/var/lib/app/state', 'FileOrCreate', 'host_file'],
    ['/dev/fuse', 'CharDevice', 'host_file'],
    ['/proc', '', 'own'],
    ['/sys/fs/cgroup', '', 'own'],
    ['/dev/shm', '', 'own'],
    ['/', '', 'own'],
    ['/process', '', 'directory'],
  ])('%s of type %j is %s', (path, type, kind) => {
    expect(kindOf(path, type, profile('own'))).toBe(kind);
  });

  it('refuses a view of the host where nothing stands for it', () => {
    expect(kindOf('/proc', '', profile('refuse'))).toBe('host_view');
  });
});

it.each([
  ['/var//log/', '/var/log'],
  ['/', '/'],
  ['var/log', '/var/log'],
  ['/a/./b', '/a/b'],
])('normalises %s', (path, normal) => {
  expect(normalPath(path)).toBe(normal);
});

it('knows what lies below what', () => {
  expect(isWithin('/var/log', '/var')).toBe(true);
  expect(isWithin('/var/log', '/var/lo')).toBe(false);
  expect(isWithin('/x', '/')).toBe(true);
  expect(relative('/var/log/app', '/var')).toBe('log/app');
  expect(relative('/var', '/var')).toBe('');
  expect(relative('/var', '/')).toBe('var');
  expect(holdsContainerLogs('/var/log/pods/x')).toBe(true);
  expect(holdsContainerLogs('/var/log')).toBe(false);
});

it.each([
  ['--path.procfs=/host/proc', '--path.procfs=/proc'],
  ['/host/proc/1/mounts', '/proc/1/mounts'],
  ['^/(dev|host/proc)($|/)', '^/(dev|host/proc)($|/)'],
  ['/host/processes', '/processes'],
  ['/hostile', '/hostile'],
  ['--path.rootfs=/host', '--path.rootfs=/'],
  ['cat /host/etc/hosts', 'cat /etc/hosts'],
])('replaces paths in %s', (text, replaced) => {
  const paths = [
    ['/host/proc', '/proc'],
    ['/host', '/'],
  ] as const;
  expect(replacePaths(text, paths)).toBe(replaced);
});
