/**
 * Kubernetes objects as raw JSON: the fields that injection reads, and whatever else the object carries.
 *
 * These are not client-node's classes on purpose: those turn timestamps into Dates and drop fields that the client
 * does not know, and a copied container must keep both. `types.test.ts` holds the field names to client-node's.
 * The API allows `null` wherever a field may be absent; read lists and maps through `list()` and `map()`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type StringMap = Record<string, string>;

export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  labels?: StringMap | null;
  annotations?: StringMap | null;
  ownerReferences?: OwnerReference[] | null;
  creationTimestamp?: string | null;
  deletionTimestamp?: string | null;
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion?: string;
  kind?: string;
  name?: string;
  uid?: string;
  controller?: boolean;
  [field: string]: unknown;
}

export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta | null;
  [field: string]: unknown;
}

export interface Pod extends KubernetesObject {
  spec?: PodSpec | null;
}

export interface PodTemplate {
  metadata?: ObjectMeta | null;
  spec?: PodSpec | null;
  [field: string]: unknown;
}

export interface PodSpec {
  containers?: Container[] | null;
  initContainers?: Container[] | null;
  ephemeralContainers?: Container[] | null;
  volumes?: Volume[] | null;
  imagePullSecrets?: { name?: string }[] | null;
  nodeName?: string;
  nodeSelector?: StringMap | null;
  affinity?: Affinity | null;
  tolerations?: Toleration[] | null;
  schedulerName?: string;
  schedulingGates?: { name?: string }[] | null;
  restartPolicy?: string;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  shareProcessNamespace?: boolean;
  serviceAccountName?: string;
  os?: { name?: string } | null;
  securityContext?: PodSecurityContext | null;
  resources?: ResourceRequirements | null;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  command?: string[] | null;
  args?: string[] | null;
  env?: EnvVar[] | null;
  envFrom?: EnvFromSource[] | null;
  ports?: ContainerPort[] | null;
  resources?: ResourceRequirements | null;
  volumeMounts?: VolumeMount[] | null;
  volumeDevices?: unknown[] | null;
  livenessProbe?: Probe | null;
  readinessProbe?: Probe | null;
  startupProbe?: Probe | null;
  lifecycle?: Lifecycle | null;
  restartPolicy?: string;
  securityContext?: SecurityContext | null;
  [field: string]: unknown;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: EnvVarSource | null;
  [field: string]: unknown;
}

export interface EnvVarSource {
  fieldRef?: FieldRef | null;
  resourceFieldRef?: ResourceFieldRef | null;
  configMapKeyRef?: KeyRef | null;
  secretKeyRef?: KeyRef | null;
  [field: string]: unknown;
}

export interface FieldRef {
  fieldPath: string;
  [field: string]: unknown;
}

export interface ResourceFieldRef {
  resource: string;
  containerName?: string;
  divisor?: string | number;
  [field: string]: unknown;
}

export interface KeyRef {
  name?: string;
  key?: string;
  optional?: boolean;
  [field: string]: unknown;
}

export interface EnvFromSource {
  configMapRef?: KeyRef | null;
  secretRef?: KeyRef | null;
  [field: string]: unknown;
}

export interface ContainerPort {
  containerPort: number;
  hostPort?: number;
  name?: string;
  protocol?: string;
  [field: string]: unknown;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
  readOnly?: boolean;
  mountPropagation?: string;
  [field: string]: unknown;
}

export interface ResourceRequirements {
  requests?: Record<string, string | number> | null;
  limits?: Record<string, string | number> | null;
  [field: string]: unknown;
}

export interface Probe {
  exec?: { command?: string[] } | null;
  httpGet?: ProbeTarget | null;
  tcpSocket?: ProbeTarget | null;
  grpc?: { port: number } | null;
  periodSeconds?: number;
  failureThreshold?: number;
  [field: string]: unknown;
}

export interface ProbeTarget {
  port: number | string;
  [field: string]: unknown;
}

export interface Lifecycle {
  postStart?: LifecycleHandler | null;
  preStop?: LifecycleHandler | null;
  [field: string]: unknown;
}

export interface LifecycleHandler {
  exec?: { command?: string[] } | null;
  httpGet?: ProbeTarget | null;
  tcpSocket?: ProbeTarget | null;
  [field: string]: unknown;
}

export interface Volume {
  name: string;
  hostPath?: { path: string; type?: string } | null;
  emptyDir?: { medium?: string; sizeLimit?: string | number } | null;
  configMap?: { name?: string; optional?: boolean; [field: string]: unknown } | null;
  secret?: { secretName?: string; optional?: boolean; [field: string]: unknown } | null;
  projected?: { sources?: ProjectedSource[] | null; [field: string]: unknown } | null;
  downwardAPI?: { items?: DownwardItem[] | null; [field: string]: unknown } | null;
  [field: string]: unknown;
}

export interface ProjectedSource {
  configMap?: KeyRef | null;
  secret?: KeyRef | null;
  downwardAPI?: { items?: DownwardItem[] | null; [field: string]: unknown } | null;
  [field: string]: unknown;
}

export interface DownwardItem {
  path: string;
  fieldRef?: FieldRef | null;
  resourceFieldRef?: ResourceFieldRef | null;
  [field: string]: unknown;
}

export interface SecurityContext {
  privileged?: boolean;
  runAsUser?: number;
  runAsGroup?: number;
  runAsNonRoot?: boolean;
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[] | null; drop?: string[] | null } | null;
  seccompProfile?: { type?: string } | null;
  appArmorProfile?: { type?: string } | null;
  seLinuxOptions?: Record<string, string> | null;
  windowsOptions?: { hostProcess?: boolean; [field: string]: unknown } | null;
  procMount?: string;
  [field: string]: unknown;
}

export interface PodSecurityContext {
  runAsUser?: number;
  runAsGroup?: number;
  runAsNonRoot?: boolean;
  [field: string]: unknown;
}

export interface Affinity {
  nodeAffinity?: {
    requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector | null;
    [field: string]: unknown;
  } | null;
  [field: string]: unknown;
}

export interface NodeSelector {
  nodeSelectorTerms?: NodeSelectorTerm[] | null;
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeRequirement[] | null;
  matchFields?: NodeRequirement[] | null;
}

export interface NodeRequirement {
  key: string;
  operator: string;
  values?: string[] | null;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  [field: string]: unknown;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  [field: string]: unknown;
}

export interface Node extends KubernetesObject {
  spec?: {
    taints?: Taint[] | null;
    unschedulable?: boolean;
    providerID?: string;
    [field: string]: unknown;
  } | null;
  status?: { nodeInfo?: { kubeletVersion?: string } | null; [field: string]: unknown } | null;
}

export interface DaemonSet extends KubernetesObject {
  spec?: {
    template?: PodTemplate | null;
    [field: string]: unknown;
  } | null;
}

export interface ControllerRevision extends KubernetesObject {
  data?: unknown;
  revision?: number;
}

/** A list that may be absent or null in the API's JSON. */
export const list = <T>(items: readonly T[] | null | undefined): readonly T[] => items ?? [];

/** A value of a map whose key comes from outside: never one that every JavaScript object inherits. */
export const valueAt = (
  entries: Readonly<StringMap> | null | undefined,
  key: string,
): string | undefined => (entries && Object.hasOwn(entries, key) ? entries[key] : undefined);

/** A string map that may be absent or null in the API's JSON. */
export const map = (entries: StringMap | null | undefined): Readonly<StringMap> => entries ?? {};
