import { parseQuantity } from '../../../src/core/model/quantity.js';

/**
 * What the API server refuses in a pod's spec (`pkg/apis/core/validation`), as far as it concerns the parts that
 * injection makes or moves. Reads whatever it is given and takes nothing for granted.
 *
 * @returns one text for each fault, with the place.
 */
export function faultsOf(spec: unknown): readonly string[] {
  const containers = at(spec, 'containers').flatMap((one) => containerFaults(one, false));
  const inits = at(spec, 'initContainers').flatMap((one) => containerFaults(one, true));
  const volumes = at(spec, 'volumes').flatMap(volumeFaults);
  return [
    ...(at(spec, 'containers').length === 0 ? ['no containers'] : []),
    ...containers,
    ...inits,
    ...volumes,
    ...repeated('container', [...at(spec, 'containers'), ...at(spec, 'initContainers')], 'name'),
    ...repeated('volume', at(spec, 'volumes'), 'name'),
    ...missingVolumes(spec),
    ...podResourceFaults(spec),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const of = (value: unknown, key: string): unknown => (isFields(value) ? value[key] : undefined);
const at = (value: unknown, key: string): readonly unknown[] => {
  const found = of(value, key) ?? [];
  return Array.isArray(found) ? (found as readonly unknown[]) : ['not a list'];
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isThere = (value: unknown): boolean => value !== undefined && value !== null;
/** The fault, where the condition holds. */
const when = (fault: boolean, sentence: string): readonly string[] => (fault ? [sentence] : []);

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

function repeated(what: string, items: readonly unknown[], key: string): readonly string[] {
  const values = items.map((item) => of(item, key)).filter(isThere);
  return when(new Set(values).size < values.length, `${what}: ${key} twice`);
}

function missingVolumes(spec: unknown): readonly string[] {
  const names = new Set(at(spec, 'volumes').map((volume) => of(volume, 'name')));
  return [...at(spec, 'containers'), ...at(spec, 'initContainers')]
    .flatMap((container) => at(container, 'volumeMounts'))
    .filter((mount) => !names.has(of(mount, 'name')))
    .map((mount) => `no volume ${text(of(mount, 'name'))}`);
}

function containerFaults(container: unknown, isInit: boolean): readonly string[] {
  const name = text(of(container, 'name'));
  const faults = [
    ...when(!LABEL.test(name), 'its name'),
    ...when(text(of(container, 'image')).trim() === '', 'no image'),
    ...at(container, 'env').flatMap(variableFaults),
    ...at(container, 'ports').flatMap(portFaults),
    ...repeated('port', at(container, 'ports'), 'name'),
    ...at(container, 'volumeMounts').flatMap(mountFaults),
    ...repeated('mount', at(container, 'volumeMounts'), 'mountPath'),
    ...resourceFaults(of(container, 'resources')),
    ...lifeFaults(container, isInit),
    ...securityFaults(of(container, 'securityContext')),
  ];
  return faults.map((fault) => `container ${name}: ${fault}`);
}

function variableFaults(variable: unknown): readonly string[] {
  const name = text(of(variable, 'name'));
  const from = of(variable, 'valueFrom');
  const sources = isFields(from) ? Object.values(from).filter(isThere).length : 0;
  return [
    ...when(name === '' || /[^\x20-\x7e]|=/.test(name), `the name of a variable`),
    ...when(isThere(from) && sources !== 1, `variable ${name}: ${sources} sources`),
    ...when(
      isThere(from) && text(of(variable, 'value')) !== '',
      `variable ${name}: a value and a source`,
    ),
  ];
}

function portFaults(port: unknown): readonly string[] {
  const { name, containerPort, protocol = 'TCP' } = isFields(port) ? port : {};
  return [
    ...when(!isPort(containerPort), `port ${String(containerPort)}`),
    ...when(isThere(name) && name !== '' && !PORT_NAME.test(text(name)), `port name ${text(name)}`),
    ...when(!['TCP', 'UDP', 'SCTP'].includes(text(protocol)), `protocol ${text(protocol)}`),
  ];
}

const isPort = (port: unknown): boolean =>
  typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;

function mountFaults(mount: unknown): readonly string[] {
  const [path, part, expression] = ['mountPath', 'subPath', 'subPathExpr'].map((key) =>
    text(of(mount, key)),
  ) as [string, string, string];
  const leaves = (one: string): boolean => one.startsWith('/') || one.split('/').includes('..');
  return [
    ...when(path === '', 'a mount without path'),
    ...when(leaves(part) || leaves(expression), `mount ${path}: part ${part}${expression}`),
    ...when(part !== '' && expression !== '', `mount ${path}: two parts`),
    ...when(isThere(of(mount, 'recursiveReadOnly')) && of(mount, 'readOnly') !== true, 'read-only'),
  ];
}

function resourceFaults(resources: unknown): readonly string[] {
  const [limits, requests] = [of(resources, 'limits'), of(resources, 'requests')];
  const amounts = [limits, requests].flatMap((one) => (isFields(one) ? Object.entries(one) : []));
  const wrong = amounts.filter(([, amount]) => !isAmount(amount)).map(([name]) => `amount ${name}`);
  const more = Object.entries(isFields(requests) ? requests : {}).filter(([name, amount]) => {
    const [request, limit] = [parsed(amount), parsed(of(limits, name))];
    return request !== undefined && limit !== undefined && request > limit;
  });
  return [...wrong, ...more.map(([name]) => `${MORE}${name} requested than the limit`)];
}

const parsed = (amount: unknown): bigint | undefined =>
  typeof amount === 'string' || typeof amount === 'number' ? parseQuantity(amount) : undefined;
const isAmount = (amount: unknown): boolean => (parsed(amount) ?? -1n) >= 0n;

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

/** Who restarts when, and what is asked of it meanwhile. */
function lifeFaults(container: unknown, isInit: boolean): readonly string[] {
  const policy = of(container, 'restartPolicy');
  const probes = PROBES.filter((probe) => isThere(of(container, probe)));
  const hooks = ['postStart', 'preStop'].filter((hook) =>
    isThere(of(of(container, 'lifecycle'), hook)),
  );
  const runsOn = !isInit || policy === 'Always';
  return [
    ...when(!isInit && isThere(policy), `restart policy ${text(policy)}`),
    ...when(isInit && isThere(policy) && policy !== 'Always', `restart policy ${text(policy)}`),
    ...when(!runsOn && probes.length + hooks.length > 0, `an init container with ${probes.join()}`),
    ...probes.flatMap((probe) => probeFaults(probe, of(container, probe))),
    ...hooks.flatMap((hook) => handlerFaults(hook, of(of(container, 'lifecycle'), hook))),
  ];
}

const COUNTS = ['initialDelaySeconds', 'periodSeconds', 'failureThreshold', 'timeoutSeconds'];

function probeFaults(kind: string, probe: unknown): readonly string[] {
  const counts = [...COUNTS, 'successThreshold'].filter((field) => isThere(of(probe, field)));
  const wrong = counts.filter((field) => !isCount(of(probe, field)));
  const success = of(probe, 'successThreshold') ?? 1;
  return [
    ...handlerFaults(kind, probe),
    ...wrong.map((field) => `${kind}: ${field}`),
    ...when(kind !== 'readinessProbe' && success !== 1, `${kind}: successThreshold`),
  ];
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

function handlerFaults(kind: string, handler: unknown): readonly string[] {
  const handlers = HANDLERS.filter((one) => isThere(of(handler, one)));
  const ports = ['httpGet', 'tcpSocket'].filter((one) => isThere(of(handler, one)));
  const badPorts = ports.filter((one) => {
    const port = of(of(handler, one), 'port');
    return !isPort(port) && !PORT_NAME.test(text(port));
  });
  return [
    ...when(handlers.length !== 1, `${kind}: ${handlers.length} handlers`),
    ...badPorts.map((one) => `${kind}: port of ${one}`),
    ...when(
      isThere(of(handler, 'exec')) && at(of(handler, 'exec'), 'command').length === 0,
      `${kind}: no command`,
    ),
  ];
}

function securityFaults(security: unknown): readonly string[] {
  const added = at(of(security, 'capabilities'), 'add').map((one) => text(one).replace('CAP_', ''));
  const privileged = of(security, 'privileged') === true || added.includes('SYS_ADMIN');
  const users = ['runAsUser', 'runAsGroup'].filter((field) => {
    const id = of(security, field);
    return isThere(id) && !isCount(id);
  });
  return [
    ...when(of(security, 'allowPrivilegeEscalation') === false && privileged, 'escalation'),
    ...users.map((field) => `securityContext: ${field}`),
  ];
}

function volumeFaults(volume: unknown): readonly string[] {
  const name = text(of(volume, 'name'));
  const sources = Object.entries(isFields(volume) ? volume : {})
    .filter(([key, value]) => key !== 'name' && isThere(value))
    .map(([key]) => key);
  const items = [
    ...itemsOf(of(volume, 'downwardAPI')),
    ...itemsOf(of(volume, 'configMap')),
    ...itemsOf(of(volume, 'secret')),
    ...at(of(volume, 'projected'), 'sources').flatMap((source) =>
      Object.values(isFields(source) ? source : {}).flatMap(itemsOf),
    ),
  ];
  const faults = [
    ...when(!LABEL.test(name), 'its name'),
    ...when(sources.length > 1, `sources ${sources.join(', ')}`),
    ...items.flatMap(itemFaults),
  ];
  return faults.map((fault) => `volume ${name}: ${fault}`);
}

const itemsOf = (source: unknown): readonly unknown[] => at(source, 'items');

function itemFaults(item: unknown): readonly string[] {
  const path = text(of(item, 'path'));
  const refers = ['fieldRef', 'resourceFieldRef', 'key'].filter((key) => isThere(of(item, key)));
  return [
    ...when(path === '' || path.startsWith('/') || path.split('/').includes('..'), `path ${path}`),
    ...when(refers.length !== 1, `item ${path}: ${refers.join(', ')}`),
  ];
}

/** Resources of a pod as a whole are no less than those of its containers together. */
function podResourceFaults(spec: unknown): readonly string[] {
  const resources = of(spec, 'resources');
  if (!isThere(resources)) return [];
  const running = [
    ...at(spec, 'containers'),
    ...at(spec, 'initContainers').filter((one) => of(one, 'restartPolicy') === 'Always'),
  ];
  const short = ['cpu', 'memory'].filter((name) => {
    const whole =
      parsed(of(of(resources, 'requests'), name)) ?? parsed(of(of(resources, 'limits'), name));
    const parts = running.map((one) => requestOf(of(one, 'resources'), name));
    return whole !== undefined && parts.reduce((sum, part) => sum + part, 0n) > whole;
  });
  // The API server requests for a pod with limits what its containers request: one that is too small for them is
  // refused for the one reason or for the other.
  const faults = resourceFaults(resources).map((fault) =>
    fault.startsWith(MORE) ? tooSmall(fault.split(' ')[1] ?? '') : `resources of the pod: ${fault}`,
  );
  return [...new Set([...faults, ...short.map(tooSmall)])];
}

const MORE = 'more ';
const tooSmall = (name: string): string => `the containers request more ${name} than the pod`;

const requestOf = (resources: unknown, name: string): bigint =>
  parsed(of(of(resources, 'requests'), name)) ?? parsed(of(of(resources, 'limits'), name)) ?? 0n;
