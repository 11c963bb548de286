{{/*
The name of all objects: `ds-injector` in the release `ds-injector`, `x-ds-injector` in the release `x`. A Service's has
to begin with a letter, and may have no dots.
*/}}
{{- define "ds-injector.name" -}}
{{- $instance := include "ds-injector.instance" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if not (regexMatch "^[a-z]" $instance) -}}
{{- printf "%s-%s" .Chart.Name $instance | trunc 50 | regexFind "^.*[^-]" -}}
{{- else if contains .Chart.Name $instance -}}
{{- $instance | trunc 50 | regexFind "^.*[^-]" -}}
{{- else -}}
{{- printf "%s-%s" $instance .Chart.Name | trunc 50 | regexFind "^.*[^-]" -}}
{{- end -}}
{{- end -}}

{{/* By this the injector knows its own release, which is to it the name of one label: without dots. */}}
{{- define "ds-injector.instance" -}}
{{- .Release.Name | replace "." "-" -}}
{{- end -}}

{{/* By these a Service, a budget and the injector itself know its pods. */}}
{{- define "ds-injector.selector" -}}
app.kubernetes.io/name: ds-injector
app.kubernetes.io/instance: {{ include "ds-injector.instance" . | quote }}
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

{{/* How many seconds a duration such as 1h30m has. */}}
{{- define "ds-injector.seconds" -}}
{{- $seconds := 0 -}}
{{- range regexFindAll "[0-9]+[hms]" . -1 -}}
{{- $unit := trimPrefix (regexFind "[0-9]+" .) . -}}
{{- $seconds = add $seconds (mul (atoi (regexFind "[0-9]+" .)) (get (dict "h" 3600 "m" 60 "s" 1) $unit)) -}}
{{- end -}}
{{- $seconds -}}
{{- end -}}

{{/* What the schema cannot say of the values: what the program would refuse at its start, and what would go round a policy. */}}
{{- define "ds-injector.validate" -}}
{{- if eq (int .Values.webhook.port) 8080 -}}
{{- fail "webhook.port: 8080 is the port of metrics and probes" -}}
{{- end -}}
{{- with .Values.leaderElection -}}
{{- if le (int .leaseSeconds) (int .renewSeconds) -}}
{{- fail "leaderElection: renewSeconds has to be less than leaseSeconds" -}}
{{- end -}}
{{- if le (int .renewSeconds) (int .retrySeconds) -}}
{{- fail "leaderElection: retrySeconds has to be less than renewSeconds" -}}
{{- end -}}
{{- end -}}
{{- with .Values.certificates.self -}}
{{- if le (include "ds-injector.seconds" .caLifetime | int64) (include "ds-injector.seconds" .leafLifetime | int64) -}}
{{- fail "certificates.self: leafLifetime has to be less than caLifetime" -}}
{{- end -}}
{{- end -}}
{{- $prefixes := "the policies look at injection.annotationPrefixes, which is the only place to set them" -}}
{{- range .Values.extraEnv -}}
{{- if has .name (list "DS_INJECTOR_ANNOTATION_PREFIXES" "DS_INJECTOR_CONFIG") -}}
{{- fail (printf "extraEnv: %s: %s" .name $prefixes) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraArgs -}}
{{- if regexMatch "^--(annotation-prefixes|config)(=|$)" . -}}
{{- fail (printf "extraArgs: %s: %s" . $prefixes) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether an option asks for pods to be evicted; empty for no. */}}
{{- define "ds-injector.evicts" -}}
{{- $injection := .Values.injection -}}
{{- if has "evict" (list $injection.existing $injection.outdated $injection.orphaned) -}}yes{{- end -}}
{{- end -}}
