// Prints the names that Prometheus' own translator gives, as JSON vectors for promtel's tests.
//
// To make them anew, in this folder: go run . > vectors.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/otlptranslator"
)

const module = "github.com/prometheus/otlptranslator"

var names = []string{
	// As the semantic conventions write them.
	"http.server.request.duration", "http.server.active_requests", "process.cpu.time", "process.memory.usage",
	"nodejs.eventloop.utilization", "gen_ai.client.token.usage", "v8js.gc.duration", "a.b",
	// Other styles.
	"requestCount", "RequestDuration", "queue-size", "my app/requests", "namespace:level:metric", "cpu%", "x",
	// Words that a suffix repeats.
	"total", "x.total", "total.x", "x.total.y.total", "xtotal", "x_total_", "TOTAL", "x.ratio", "ratio", "ratio.x", "xratio",
	"x.seconds", "x_seconds_total", "seconds", "x.seconds.total", "xseconds", "x.bytes", "bytes", "bytes.x", "x.percent",
	"x.per_second", "x_bytes_per_second", "per_second", "x.per.second", "x.bucket", "x_sum", "x_count", "x_info",
	// Digits, underscores, symbols.
	"1", "1st.request", "2xx", "_private", "__reserved__", "a__b", "a...b", "a._b", ".a", "a.", "a_", "_1", ".1", "a:b", ":",
	"", "_", "___", "._.", "...", "{}", "a b\tc\nd", "a\"b\\c",
	// Beyond ASCII.
	"größe", "温度", "x.温度", "temp°C", "😀", "a😀b", "étotal", "xétotal", "x温度seconds", "ſ", "\u0661x", "e\u0301",
	strings.Repeat("long.name.", 6) + "end",
}

var units = []string{
	// Known words.
	"d", "h", "min", "s", "ms", "us", "ns", "By", "KiBy", "GBy", "m", "V", "g", "Cel", "Hz", "1", "%",
	// Annotations, rates and quotients.
	"{request}", "{request}/s", "By/s", "1/s", "m/s", "By/{request}", "{a}{b}", "{a}/{b}", "s/{x}", "1/{x}", "x/mo", "%/h", "1/1",
	// Unknown words.
	"USD", "kWh", "requests", "items/s", "KBY", "S", "total", "ratio", "seconds", "second", "per_second",
	// Odd and hostile.
	"", " ", " s ", "\u0085s", "\ufeffs", "s\u3000", "/", "/s", "s/", "m/", " / ", "s//s", "By/s/s", "/_", "_", "__", "m.", "a/b_", "a./b",
	"kg.m2", "_x_", "m_/s", "µs", "温", "s/温", "é", "}{", "s{x}", "{x", "%%", "10*3", "a:b", "a\nb", "constructor",
	strings.Repeat("unit.", 6),
}

var labels = []string{
	"http.request.method", "url.scheme", "error.type", "queue.name", "le", "a", "A", "camelCase", "k8s.pod-name", "with space",
	"1", "1a", "12.a", "_", "__", "___", "____", "_a", "__a", "___a", "a_", "a__", "__a__", "__1__", "__name__", "__a.b__", "__..__",
	"_1", ".1", ".a", "..a", "._a", "a.b", "a_b", "a..b", "a__b", "a._b", "a:b", ":", ":a", "", " ", ".", "..", "...", "-", "{}",
	"größe", "温度", "温", "x.温度", "😀", "a😀b", "\u0661x", "\x00", "a\nb", "a\"b", "a\\b", "constructor", "__proto__",
	strings.Repeat("long.key.", 6),
}

// Besides counters and gauges the translator treats every type alike, which otherName checks.
var otherTypes = []otlptranslator.MetricType{
	otlptranslator.MetricTypeNonMonotonicCounter, otlptranslator.MetricTypeHistogram,
	otlptranslator.MetricTypeExponentialHistogram, otlptranslator.MetricTypeSummary, otlptranslator.MetricTypeUnknown,
}

// Where the translator refuses, or gives what Prometheus cannot store.
type refusal struct {
	Error string `json:"error"`
}

func orRefusal(text string, err error) any {
	switch {
	case err != nil:
		return refusal{err.Error()}
	case !utf8.ValidString(text):
		return refusal{"the result is not UTF-8"}
	}
	return text
}

func metricName(strategy otlptranslator.TranslationStrategyOption, name, unit string, kind otlptranslator.MetricType) any {
	namer := otlptranslator.NewMetricNamer("", strategy)
	return orRefusal(namer.Build(otlptranslator.Metric{Name: name, Unit: unit, Type: kind}))
}

func otherName(strategy otlptranslator.TranslationStrategyOption, name, unit string) any {
	first := metricName(strategy, name, unit, otherTypes[0])
	for _, kind := range otherTypes[1:] {
		insist(first == metricName(strategy, name, unit, kind), "types differ", name, unit)
	}
	return first
}

func byKind(strategy otlptranslator.TranslationStrategyOption, name, unit string) []any {
	return []any{
		metricName(strategy, name, unit, otlptranslator.MetricTypeMonotonicCounter),
		metricName(strategy, name, unit, otlptranslator.MetricTypeGauge),
		otherName(strategy, name, unit),
	}
}

// The name under a strategy without suffixes, which no unit and no type may change.
func plainName(strategy otlptranslator.TranslationStrategyOption, name string) any {
	first := otherName(strategy, name, "")
	for _, unit := range units {
		for _, other := range byKind(strategy, name, unit) {
			insist(first == other, "unit or type matters", name, unit)
		}
	}
	return first
}

// The options that Prometheus' OTLP receiver has by default (config.DefaultOTLPConfig, v0.315.0).
func labelName(utf8Allowed bool, key string) any {
	namer := otlptranslator.LabelNamer{
		UTF8Allowed:                 utf8Allowed,
		UnderscoreLabelSanitization: true,
		PreserveMultipleUnderscores: true,
	}
	return orRefusal(namer.Build(key))
}

func insist(holds bool, message ...any) {
	if !holds {
		panic(fmt.Sprintf("%q", message))
	}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	panic("not built from a module")
}

func sorted(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

func encode(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	insist(encoder.Encode(value) == nil, "not to be encoded")
	return strings.TrimSpace(out.String())
}

// One row a line, so that a change of the translator shows as a change of lines.
func section(title string, columns []string, rows [][]any) string {
	lines := make([]string, 0, len(rows)+1)
	lines = append(lines, encode(columns))
	for _, row := range rows {
		lines = append(lines, encode(row))
	}
	return fmt.Sprintf("%s: [\n%s\n]", encode(title), strings.Join(lines, ",\n"))
}

func main() {
	var plain, suffixed, label, unitWord [][]any
	for _, name := range sorted(names) {
		plain = append(plain, []any{
			name,
			plainName(otlptranslator.UnderscoreEscapingWithoutSuffixes, name),
			plainName(otlptranslator.NoTranslation, name),
		})
		for _, unit := range sorted(units) {
			suffixed = append(suffixed, []any{
				name, unit,
				byKind(otlptranslator.UnderscoreEscapingWithSuffixes, name, unit),
				byKind(otlptranslator.NoUTF8EscapingWithSuffixes, name, unit),
			})
		}
	}
	for _, key := range sorted(labels) {
		label = append(label, []any{key, labelName(false, key), labelName(true, key)})
	}
	for _, unit := range sorted(units) {
		namer := otlptranslator.UnitNamer{}
		unitWord = append(unitWord, []any{unit, namer.Build(unit)})
	}
	fmt.Fprintf(os.Stdout, "{\n%s: %s,\n%s\n}\n", encode("source"), encode(module+" "+version()), strings.Join([]string{
		section("units", []string{"unit", "UnitNamer"}, unitWord),
		section("labels", []string{"key", "escaping", "UTF8Allowed"}, label),
		section("names", []string{"name", "UnderscoreEscapingWithoutSuffixes", "NoTranslation"}, plain),
		section("suffixed", []string{
			"name", "unit", "UnderscoreEscapingWithSuffixes: counter, gauge, other", "NoUTF8EscapingWithSuffixes: counter, gauge, other",
		}, suffixed),
	}, ",\n"))
}
