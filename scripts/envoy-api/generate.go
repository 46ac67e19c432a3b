// Command generate writes src/model/envoy-api/schema.json: field names and types of Envoy's v3 API, as far as the four
// resource types and the extensions inside them reach, from the descriptors of go-control-plane.
//
//	cd scripts/envoy-api && go run . > ../../src/model/envoy-api/schema.json
//
// Each message is one string, "field:type;field:type". A type is one letter (s string, y bytes, b bool, n 32-bit
// integer, l 64-bit integer, f float, d double, e<enum>, m<message>, D Duration, T Timestamp, A Any, S Struct, V Value,
// L ListValue, M FieldMask, W<letter> wrapper), with "*" (repeated) or "%" (map) before it and "?" (proto3 optional) or
// "|<n>" (member of oneof n) behind it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

var wellKnown = map[protoreflect.FullName]string{
	"google.protobuf.Duration": "D", "google.protobuf.Timestamp": "T", "google.protobuf.Any": "A",
	"google.protobuf.Struct": "S", "google.protobuf.Value": "V", "google.protobuf.ListValue": "L",
	"google.protobuf.FieldMask": "M",
	"google.protobuf.BoolValue": "Wb", "google.protobuf.StringValue": "Ws", "google.protobuf.BytesValue": "Wy",
	"google.protobuf.UInt32Value": "Wn", "google.protobuf.Int32Value": "Wn",
	"google.protobuf.UInt64Value": "Wl", "google.protobuf.Int64Value": "Wl",
	"google.protobuf.FloatValue": "Wf", "google.protobuf.DoubleValue": "Wd",
}

type schema struct {
	Enums    []map[string]int `json:"enums"`
	Messages [][2]string      `json:"messages"`
	enums    map[protoreflect.FullName]int
	messages map[protoreflect.FullName]int
}

func (s *schema) enum(d protoreflect.EnumDescriptor) int {
	if i, ok := s.enums[d.FullName()]; ok {
		return i
	}
	values := map[string]int{}
	for i := 0; i < d.Values().Len(); i++ {
		values[string(d.Values().Get(i).Name())] = int(d.Values().Get(i).Number())
	}
	s.enums[d.FullName()] = len(s.Enums)
	s.Enums = append(s.Enums, values)
	return len(s.Enums) - 1
}

func (s *schema) message(d protoreflect.MessageDescriptor) int {
	if i, ok := s.messages[d.FullName()]; ok {
		return i
	}
	at := len(s.Messages)
	s.messages[d.FullName()] = at
	s.Messages = append(s.Messages, [2]string{string(d.FullName()), ""})
	var fields []string
	for i := 0; i < d.Fields().Len(); i++ {
		fields = append(fields, string(d.Fields().Get(i).Name())+":"+s.field(d.Fields().Get(i)))
	}
	s.Messages[at][1] = strings.Join(fields, ";")
	return at
}

func (s *schema) field(f protoreflect.FieldDescriptor) string {
	if f.IsMap() {
		return "%" + s.kind(f.MapValue())
	}
	text := s.kind(f)
	if f.IsList() {
		return "*" + text
	}
	if oneof := f.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		return fmt.Sprintf("%s|%d", text, oneof.Index())
	}
	if f.HasOptionalKeyword() {
		return text + "?"
	}
	return text
}

func (s *schema) kind(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.StringKind:
		return "s"
	case protoreflect.BytesKind:
		return "y"
	case protoreflect.BoolKind:
		return "b"
	case protoreflect.Int64Kind, protoreflect.Uint64Kind, protoreflect.Sint64Kind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return "l"
	case protoreflect.FloatKind:
		return "f"
	case protoreflect.DoubleKind:
		return "d"
	case protoreflect.EnumKind:
		return fmt.Sprintf("e%d", s.enum(f.Enum()))
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if known, ok := wellKnown[f.Message().FullName()]; ok {
			return known
		}
		return fmt.Sprintf("m%d", s.message(f.Message()))
	}
	return "n"
}

func wanted(name string) bool {
	for _, prefix := range []string{"envoy.extensions.", "envoy.config.", "xds.type.", "xds.data.", "udpa.type."} {
		if strings.HasPrefix(name, prefix) {
			return !strings.Contains(name, "v2") && !strings.HasPrefix(name, "envoy.config.bootstrap.")
		}
	}
	return false
}

func main() {
	s := &schema{enums: map[protoreflect.FullName]int{}, messages: map[protoreflect.FullName]int{}}
	var all []protoreflect.MessageDescriptor
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		d := t.Descriptor()
		_, nested := d.Parent().(protoreflect.MessageDescriptor)
		if !nested && wanted(string(d.FullName())) {
			all = append(all, d)
		}
		return true
	})
	sort.Slice(all, func(i, j int) bool { return all[i].FullName() < all[j].FullName() })
	for _, d := range all {
		s.message(d)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err)
	}
}
