//go:build oldest

package main

import (
	"github.com/spf13/cobra"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// Before Kubernetes 1.30 or so the command took no context.
func newKubelet() *cobra.Command { return kubelet.NewKubeletCommand() }
