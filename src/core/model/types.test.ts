import type * as k8s from '@kubernetes/client-node';
import { describe, expectTypeOf, it } from 'vitest';
import type * as raw from './types.js';

/** The fields that a type names, without its "and whatever else". */
type Known<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

/** Held by the type checker: a field that client-node does not know would be a typing error of ours. */
describe('the raw types name only fields that the Kubernetes API has', () => {
  it('in metadata', () => {
    expectTypeOf<Known<raw.ObjectMeta>>().toExtend<keyof k8s.V1ObjectMeta>();
    expectTypeOf<Known<raw.OwnerReference>>().toExtend<keyof k8s.V1OwnerReference>();
  });

  it('in pods', () => {
    expectTypeOf<Known<raw.Pod>>().toExtend<keyof k8s.V1Pod>();
    expectTypeOf<Known<raw.PodSpec>>().toExtend<keyof k8s.V1PodSpec>();
    expectTypeOf<Known<raw.PodSecurityContext>>().toExtend<keyof k8s.V1PodSecurityContext>();
    expectTypeOf<Known<raw.Toleration>>().toExtend<keyof k8s.V1Toleration>();
    expectTypeOf<Known<raw.NodeSelectorTerm>>().toExtend<keyof k8s.V1NodeSelectorTerm>();
    expectTypeOf<Known<raw.NodeRequirement>>().toExtend<keyof k8s.V1NodeSelectorRequirement>();
  });

  it('in containers', () => {
    expectTypeOf<Known<raw.Container>>().toExtend<keyof k8s.V1Container>();
    expectTypeOf<Known<raw.EnvVar>>().toExtend<keyof k8s.V1EnvVar>();
    expectTypeOf<Known<raw.EnvVarSource>>().toExtend<keyof k8s.V1EnvVarSource>();
    expectTypeOf<Known<raw.ContainerPort>>().toExtend<keyof k8s.V1ContainerPort>();
    expectTypeOf<Known<raw.VolumeMount>>().toExtend<keyof k8s.V1VolumeMount>();
    expectTypeOf<Known<raw.Probe>>().toExtend<keyof k8s.V1Probe>();
    expectTypeOf<Known<raw.Lifecycle>>().toExtend<keyof k8s.V1Lifecycle>();
    expectTypeOf<Known<raw.SecurityContext>>().toExtend<keyof k8s.V1SecurityContext>();
    expectTypeOf<Known<raw.ResourceRequirements>>().toExtend<keyof k8s.V1ResourceRequirements>();
  });

  it('in volumes', () => {
    expectTypeOf<Known<raw.Volume>>().toExtend<keyof k8s.V1Volume>();
    expectTypeOf<Known<raw.ProjectedSource>>().toExtend<keyof k8s.V1VolumeProjection>();
    expectTypeOf<Known<raw.DownwardItem>>().toExtend<keyof k8s.V1DownwardAPIVolumeFile>();
  });

  it('in the objects of the World', () => {
    expectTypeOf<Known<raw.Node>>().toExtend<keyof k8s.V1Node>();
    expectTypeOf<Known<raw.Taint>>().toExtend<keyof k8s.V1Taint>();
    expectTypeOf<Known<raw.DaemonSet>>().toExtend<keyof k8s.V1DaemonSet>();
    expectTypeOf<Known<raw.ControllerRevision>>().toExtend<keyof k8s.V1ControllerRevision>();
  });
});
