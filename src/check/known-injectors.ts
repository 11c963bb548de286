/** Webhooks that many clusters have, by what their configuration or an entry of it is called. */
export const KNOWN_INJECTORS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/istio\.io$|^istio-/, 'Istio'],
  [/linkerd/, 'Linkerd'],
  [/kuma/, 'Kuma'],
  [/consul/, 'Consul'],
  [/\bosm\b|openservicemesh/, 'Open Service Mesh'],
  [/dapr/, 'Dapr'],
  [/kruise/, 'OpenKruise SidecarSet'],
  [/vault/, 'Vault'],
  [/datadog/, 'Datadog'],
  [/newrelic|k8s-metadata-injection/, 'New Relic'],
  [/dynatrace/, 'Dynatrace'],
  [/opentelemetry|otel/, 'OpenTelemetry operator'],
  [/fluid/, 'Fluid'],
  [/juicefs/, 'JuiceFS'],
  [/pod-identity-webhook/, 'AWS pod identity'],
  [/eks-fargate/, 'AWS Fargate'],
  [/azure-wi|azure-workload-identity/, 'Azure workload identity'],
  [/^aks-|admissionsenforcer/, 'AKS'],
  [/\bvpa\b|verticalpodautoscaler|autoscaling\.k8s\.io/, 'Vertical Pod Autoscaler'],
  [/kyverno/, 'Kyverno'],
  [/gatekeeper/, 'Gatekeeper'],
  [/cert-manager/, 'cert-manager'],
  [/karpenter/, 'Karpenter'],
  [/liqo/, 'Liqo'],
  [/virtualdaemonset|virtualnode/, 'Azure virtual nodes'],
  [/\beci\b|virtual-node/, 'Alibaba virtual nodes'],
  [/\btke\b|eklet/, 'Tencent'],
];

/** What a webhook belongs to, by its names; undefined for one that is not known. */
export const knownAs = (names: readonly string[]): string | undefined =>
  KNOWN_INJECTORS.find(([pattern]) => names.some((name) => pattern.test(name.toLowerCase())))?.[1];
