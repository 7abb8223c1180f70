// Templates of records, and what they are compiled to.
//
// A template is the text of a record with its fields in braces:
//
//   {ip} {ident} {user*} [{time*}] "{request={method} {path<} {protocol}}" {status} {bytes}
//
//   {name}        a word: up to a blank, or to what may follow in the template; not empty
//   "{name}"      up to the quote; a backslash takes the next byte's meaning away, and stays
//   {name*}       up to where the text that follows in the template is found whole, blanks and all;
//                 not empty. As the last one, all the rest, which may be empty.
//   {name<}       up to where the byte that follows in the template is found last
//   {name:00:00}  of that shape and length, 8 bytes at least: 0 is a digit, or a blank before it, a
//                 letter any letter, another byte itself. Roughly: what matters is to tell shapes
//                 apart. With "..." behind it the shape is of a word's beginning.
//   {name=...}    has a template of its own; the fields in it are missing if that does not fit
//   {}            a field without a name
//   (A|B)         A, or if the record has no A here, B
//   (A)           A, or nothing
//
// A choice is final: what follows does not make another one of it. So a template is a parsing
// expression grammar without rules (Ford, "Parsing Expression Grammars", POPL 2004), and compiled
// to such a machine as LPeg has (Medeiros and Ierusalimschy, "A Parsing Machine for PEGs", DLS
// 2008); as there are no loops, no byte is looked at more often than there are steps.
// Behind the template's end a record may go on, with a blank.
#ifndef BIGSCAN_LIB_FIELD_TEMPLATE_H_
#define BIGSCAN_LIB_FIELD_TEMPLATE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bigscan {

// What one piece of a record must be like; see lib/template_fields.cc, which does it.
struct TemplateStep {
  enum class Op : uint8_t {
    kText,       // nothing but what is `after`
    kWord,       // a field up to stops[0]
    kWord3,      // a field up to any of `stops`
    kQuoted,     // a field up to a quote
    kUntil,      // a field up to `after`
    kUntilLast,  // a field up to the last after[0]
    kRest,       // a field up to the end
    kFixed,      // a field of `size` bytes
    kShape,      // no field: what comes is of the shape `target`
    kTry,        // goes on at `target` if anything before it fails
    kCommit,     // takes the last kTry back, and goes on at `target`
    kFail,
    kEnd,   // the record ends, or goes on with a blank
    kStop,  // all is found
  };
  static constexpr size_t kMaxAfter = 8;

  Op op = Op::kText;
  uint8_t after_size = 0;
  char after[kMaxAfter] = {};  // what must follow the field; zeros behind it
  char stops[3] = {};
  int32_t slot = -1;    // the place of the field among the wanted ones, if it is one
  uint32_t target = 0;  // of a field: where its own template begins, or 0
  uint32_t size = 0;
  uint64_t after_mask = 0;  // the bits of `after` that count
};

// 8 bytes at `offset`, of which those bits that `mask` has are those of `value`.
struct ShapeWord {
  size_t offset;
  uint64_t mask;
  uint64_t value;
};

struct TemplateShape {
  size_t size = 0;
  std::vector<ShapeWord> words;
};

struct CompiledTemplate {
  std::vector<TemplateStep> steps;
  std::vector<TemplateShape> shapes;
};

// How deep groups may be nested.
constexpr size_t kMaxTemplateDepth = 4;

// For the wanted fields `names`, each of which the template has; of equal names the first one gets
// the slot. Steps behind the last wanted field are left out; without names, none is.
// REQUIRES: a well-formed template, no text longer than kMaxAfter bytes behind a {name*}.
CompiledTemplate CompileTemplate(absl::string_view text, std::span<const std::string> names);

// The fields of the template in their order, each once.
std::vector<std::string> TemplateFieldNames(absl::string_view text);

}  // namespace bigscan

#endif  // BIGSCAN_LIB_FIELD_TEMPLATE_H_
