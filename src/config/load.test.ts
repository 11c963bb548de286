import { describe, expect, it } from 'vitest';
import { ConfigError } from './error.js';
import { options, shownDefault } from './schema.js';
import { load, type Loaded, type Sources } from './load.js';

const loadWith = (sources: Partial<Sources> & { files?: Record<string, string> }): Loaded =>
  load({
    flags: {},
    env: {},
    readFile: (path) => {
      const text = sources.files?.[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
    ...sources,
  });

function problemsOf(sources: Parameters<typeof loadWith>[0]): readonly string[] {
  try {
    loadWith(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const FILE = { flags: { config: 'c.yaml' } };

describe('load', () => {
  it('gives the defaults when nothing is set', () => {
    const { config, profiles } = loadWith({});
    expect(config.annotationPrefixes).toEqual(['eks.tke.cloud.tencent.com/']);
    expect(config).toMatchObject({
      mixed: 'late',
      port: 8443,
      opsPort: 8080,
      kubernetesVersion: 'auto',
    });
    expect(profiles).toEqual([]);
  });

  it('is deeply frozen', () => {
    const { config } = loadWith({ flags: { certHosts: 'a,b' } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.certHosts)).toBe(true);
  });

  it.each([
    ['the default', {}, 'late'],
    ['the file over the default', { ...FILE, files: { 'c.yaml': 'mixed: skip' } }, 'skip'],
    [
      'the environment over the file',
      { ...FILE, files: { 'c.yaml': 'mixed: skip' }, env: { DS_INJECTOR_MIXED: 'pin' } },
      'pin',
    ],
    [
      'the flag over all',
      {
        flags: { config: 'c.yaml', mixed: 'inject' },
        files: { 'c.yaml': 'mixed: skip' },
        env: { DS_INJECTOR_MIXED: 'pin' },
      },
      'inject',
    ],
    ['the default, as an empty variable is not set', { env: { DS_INJECTOR_MIXED: '' } }, 'late'],
    [
      'the file that a variable names',
      { env: { DS_INJECTOR_CONFIG: 'c.yaml' }, files: { 'c.yaml': 'mixed: skip' } },
      'skip',
    ],
  ])('takes %s', (_, sources, mixed) => {
    expect(loadWith(sources).config.mixed).toBe(mixed);
  });

  it.each([
    [{ kubernetesVersion: 'v1.36.3' }, { kubernetesVersion: '1.36' }],
    [{ kubernetesVersion: '1.30-gke.1' }, { kubernetesVersion: '1.30' }],
    [{ annotationPrefixes: 'a.io, b.io/,a.io/' }, { annotationPrefixes: ['a.io/', 'b.io/'] }],
    [{ allowHostNamespaces: '' }, { allowHostNamespaces: [] }],
    [
      { namespaceSelector: '[{"key":"a","operator":"In","values":["b"]}]' },
      { namespaceSelector: [{ key: 'a', operator: 'In', values: ['b'] }] },
    ],
    [
      { allowHostNamespaces: 'hostPID,hostNetwork' },
      { allowHostNamespaces: ['hostPID', 'hostNetwork'] },
    ],
    [
      { opsPort: 'off', port: '0' },
      { opsPort: 'off', port: 0 },
    ],
    [
      { ownNamespace: 'a', ownRelease: 'b' },
      { ownNamespace: 'a', ownRelease: 'b' },
    ],
    [{ certHosts: '*.x.svc,10.0.0.1,::1' }, { certHosts: ['*.x.svc', '10.0.0.1', '::1'] }],
    [{ world: 'a,b' }, { world: ['a,b'] }],
    [{ world: ['a', 'b'] }, { world: ['a', 'b'] }],
    [{ certHosts: ['a,b', 'c'] }, { certHosts: ['a', 'b', 'c'] }],
  ])('reads %j', (flags, expected) => {
    expect(loadWith({ flags }).config).toMatchObject(expected);
  });

  it('reads YAML lists and numbers of the file', () => {
    const files = { 'c.yaml': 'certHosts: [a, b]\nport: 1\nopsPort: off\nmixed:\n' };
    const { config } = loadWith({ ...FILE, files });
    expect(config).toMatchObject({ certHosts: ['a', 'b'], port: 1, opsPort: 'off', mixed: 'late' });
  });

  it.each([
    ['mixed', 'x', 'expected `mixed` to be one of late, inject, pin, skip, got `x` (from --mixed)'],
    ['port', '70000', 'expected `port` to be a port from 0 to 65535, got `70000` (from --port)'],
    ['port', '1e3', 'got `1e3`'],
    ['namespaceSelector', 'a=b', 'expected `namespace-selector` to be a list of label expressions'],
    ['namespaceSelector', '[{"key":"a","operator":"Like"}]', 'a list of label expressions'],
    ['ephemeralRestarts', '101', 'a whole number from 0 to 100'],
    ['existing', 'delete', 'one of ephemeral, evict, report'],
    [
      'annotationPrefixes',
      'Not_DNS/',
      'expected `annotation-prefixes` to be one or more DNS subdomains',
    ],
    ['annotationPrefixes', ',', 'got `,`'],
    ['kubernetesVersion', 'latest', 'expected `kubernetes-version` to be auto or a version'],
    ['listenAddress', 'no where', 'expected `listen-address` to be all, an IP address'],
    ['leafLifetime', '5d', 'expected `leaf-lifetime` to be a duration such as 168h, 90m or 30s'],
    ['leafLifetime', '0s', 'got `0s`'],
    ['leafLifetime', '8760h', 'expected `leaf-lifetime` to be less than `ca-lifetime`'],
    ['renewSeconds', '15', 'expected `renew-seconds` to be less than `lease-seconds`'],
    ['leaseName', 'A', 'expected `lease-name` to be the name of an object'],
    ['drainSeconds', '-1', 'expected `drain-seconds`'],
    ['certDir', '', 'expected `cert-dir` to be the path of a folder'],
    [
      'allowHostNamespaces',
      'hostIPC',
      'expected `allow-host-namespaces` to be a list of hostNetwork',
    ],
  ])('refuses --%s %s', (name, value, problem) => {
    const problems = problemsOf({ flags: { [name]: value } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('reads durations, and shows their defaults as people write them', () => {
    const { config } = loadWith({ flags: { caLifetime: '2h', leafLifetime: '1h30m10s' } });
    expect([config.caLifetime, config.leafLifetime]).toEqual([7_200_000, 5_410_000]);
    expect(shownDefault(options.leafLifetime)).toBe('168h');
    expect(loadWith({ flags: { leafLifetime: '168h' } }).config.leafLifetime).toBe(
      options.leafLifetime.default,
    );
  });

  it('needs the files of a certificate that are said to be there', () => {
    const flags = { cluster: 'in-cluster', certificates: 'files' };
    expect(problemsOf({ flags })).toEqual([
      'expected `tls-cert` and `tls-key` to be given, because `certificates` is files',
    ]);
    const files = { ...flags, tlsCert: 'a', tlsKey: 'b' };
    expect(problemsOf({ flags: files })).toEqual([]);
    expect(problemsOf({ flags: { ...files, certificates: 'self' } })).toEqual([
      'expected `tls-cert` and `tls-key` not to be given, because `certificates` is self',
    ]);
  });

  it('asks for quotes around a version that YAML takes for a number', () => {
    expect(problemsOf({ ...FILE, files: { 'c.yaml': 'kubernetesVersion: 1.30' } })).toEqual([
      'expected `kubernetes-version` to be auto or a version such as 1.36 or v1.36.3 (in quotes in a file, because 1.30 is the number 1.3), got `1.3` (in c.yaml)',
    ]);
  });

  it('names all problems of all sources at once', () => {
    const problems = problemsOf({
      flags: { config: 'c.yaml', mixed: 'x', tlsCert: 'a.pem' },
      env: {
        DS_INJECTOR_RESOURCES: 'y',
        DS_INJECTOR_LOGLEVEL: 'info',
        DS_INJECTOR_WHATEVER_THIS_IS: '1',
        HOME: '/',
      },
      files: { 'c.yaml': 'ops-port: 1\nport: [1]\n' },
    });
    expect(problems).toEqual([
      'unknown option `ops-port` (in c.yaml); did you mean `opsPort`?',
      'unknown environment variable `DS_INJECTOR_LOGLEVEL`; did you mean `DS_INJECTOR_LOG_LEVEL`?',
      'unknown environment variable `DS_INJECTOR_WHATEVER_THIS_IS`',
      'expected `mixed` to be one of late, inject, pin, skip, got `x` (from --mixed)',
      'expected `resources` to be one of zero, keep, got `y` (from DS_INJECTOR_RESOURCES)',
      'expected `port` to be a port from 0 to 65535, got `[1]` (in c.yaml)',
      'expected `tls-cert` and `tls-key` to be given together or not at all',
    ]);
  });

  it('wants two ports', () => {
    const bad = (): Loaded => load({ flags: { port: '8080' }, env: {}, readFile: () => '' });
    expect(bad).toThrow(ConfigError);
    expect(bad).toThrow('expected `port` and `ops-port` to differ, got 8080 for both');
    expect(() =>
      load({ flags: { port: '0', opsPort: '0' }, env: {}, readFile: () => '' }),
    ).not.toThrow();
  });

  it('does not take what Kubernetes sets for a Service called ds-injector for options', () => {
    const env = {
      DS_INJECTOR_PORT: 'tcp://10.0.0.9:443',
      DS_INJECTOR_PORT_443_TCP: 'tcp://10.0.0.9:443',
      DS_INJECTOR_PORT_443_TCP_ADDR: '10.0.0.9',
      DS_INJECTOR_SERVICE_HOST: '10.0.0.9',
      DS_INJECTOR_SERVICE_PORT_HTTPS: '443',
      DS_INJECTOR_OPS_PORT: 'TCP://10.0.0.9:80',
    };
    expect(loadWith({ env }).config).toMatchObject({ port: 8443, opsPort: 8080 });
    expect(loadWith({ env: { DS_INJECTOR_PORT: '9443' } }).config.port).toBe(9443);
  });

  it.each([
    ['not there', {}, 'cannot read the configuration c.yaml: ENOENT'],
    ['not YAML', { 'c.yaml': 'a: [' }, 'cannot read the configuration c.yaml: Flow sequence'],
    [
      'not a map',
      { 'c.yaml': '- 1' },
      'cannot read the configuration c.yaml: expected a map of options',
    ],
    [
      'with a key twice',
      { 'c.yaml': 'port: 1\nport: 2' },
      'cannot read the configuration c.yaml: Map keys must be unique',
    ],
  ])('says so when the file is %s', (_, files: Record<string, string>, problem) => {
    expect(problemsOf({ ...FILE, files })[0]).toContain(problem);
  });

  it('takes an empty file', () => {
    expect(loadWith({ ...FILE, files: { 'c.yaml': '# nothing yet\n' } }).config.port).toBe(8443);
  });

  it('reads the profiles that an option names and reports theirs with all other problems', () => {
    const files = { 'p.yaml': '- {name: mine, nodes: [{label: a}]}' };
    expect(loadWith({ flags: { profiles: 'p.yaml' }, files }).profiles).toMatchObject([
      { name: 'mine' },
    ]);
    const problems = problemsOf({
      flags: { profiles: 'p.yaml', mixed: 'x' },
      files: { 'p.yaml': '- {name: A_, nodes: [{label: a}]}' },
    });
    expect(problems).toHaveLength(2);
    expect(problemsOf({ flags: { profiles: 'none' } })[0]).toContain(
      'cannot read the profiles none: ENOENT',
    );
  });
});
