{{/* The name of all objects: `ds-injector` in the release `ds-injector`, `x-ds-injector` in the release `x`. */}}
{{- define "ds-injector.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* By these a Service, a budget and the injector itself know its pods. */}}
{{- define "ds-injector.selector" -}}
app.kubernetes.io/name: ds-injector
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ds-injector.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "ds-injector.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "ds-injector.caSecret" -}}
{{ include "ds-injector.name" . }}-ca
{{- end -}}

{{/* The Secret with the certificate that is mounted; empty in mode self, where each replica issues its own. */}}
{{- define "ds-injector.tlsSecret" -}}
{{- if eq .Values.certificates.mode "cert-manager" -}}
{{ include "ds-injector.name" . }}-tls
{{- else if eq .Values.certificates.mode "files" -}}
{{ .Values.certificates.files.secretName | required "certificates.files.secretName: a Secret of type kubernetes.io/tls is needed in mode files" }}
{{- end -}}
{{- end -}}

{{- define "ds-injector.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* ValidatingAdmissionPolicy is there from 1.30 on. */}}
{{- define "ds-injector.hasPolicies" -}}
{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}true{{ end -}}
{{- end -}}

{{/* The keys of an annotation under each prefix, as a JSON list, in their order. */}}
{{- define "ds-injector.markKeys" -}}
{{- $keys := list -}}
{{- range .Values.injection.annotationPrefixes -}}
{{- $keys = append $keys (printf "%s/ds-injection" (trimSuffix "/" .)) -}}
{{- end -}}
{{- toJson $keys -}}
{{- end -}}

{{/* CEL: whether the annotations of a template or of an object mark it. Arguments: the path of what has the metadata, the keys. */}}
{{- define "ds-injector.celMarked" -}}
{{- $path := .path -}}
{{- $terms := list -}}
{{- range .keys -}}
{{- $terms = append $terms (printf "%s.?metadata.?annotations[?'%s'].orValue('') == 'true'" $path .) -}}
{{- end -}}
{{- join " || " $terms -}}
{{- end -}}
