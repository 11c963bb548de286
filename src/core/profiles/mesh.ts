/**
 * Init containers by which service meshes set up a pod's network, native proxies included. Injected containers that
 * the business waits for come after them: before, they would have no network that works.
 */
export const MESH_INIT_CONTAINERS: readonly string[] = [
  'istio-init',
  'istio-validation',
  'istio-proxy',
  'linkerd-init',
  'linkerd-network-validator',
  'linkerd-proxy',
  'kuma-init',
  'kuma-validation',
  'kuma-sidecar',
  'consul-connect-inject-init',
  'consul-dataplane',
  'osm-init',
  'proxyinit',
];
