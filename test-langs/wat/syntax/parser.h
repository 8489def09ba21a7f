// The parser of one text module. WebAssembly lets every field use names of later ones, so the fields
// are walked three times: names get their indices, types are defined, then the rest is parsed in
// order. Types that a `(param ..)` without `(type ..)` stands for come after the defined ones, in the
// order in which the text first uses them.
#pragma once
#include "syntax/cursor.h"
#include <unordered_map>

namespace wat {

/// The names of one index space.
struct Space {
  const char *category;
  Index count = 0;
  std::unordered_map<std::string, Index> names = {};
};

/// `(type x)? (param ..)* (result ..)*`
struct TypeUse {
  Pos pos;
  Index explicit_type = no_index;
  std::vector<ValType> params, results;
  std::vector<std::string> param_names; // as long as params
};

/// The labels that are open. Finding one takes no longer for the blocks between.
class Labels {
public:
  void push(const std::string *name) { // null without one
    open_.push_back(name);
    if (name)
      by_name_[*name].push_back(Index(open_.size()));
  }
  void pop() {
    if (open_.back())
      by_name_[*open_.back()].pop_back();
    open_.pop_back();
  }
  void clear() {
    open_.clear();
    by_name_.clear();
  }
  /// The relative depth of the innermost label of that name, or no_index.
  Index depth(std::string_view name) const {
    auto it = by_name_.find(name);
    return it == by_name_.end() || it->second.empty() ? no_index
                                                      : Index(open_.size()) - it->second.back();
  }

private:
  std::vector<const std::string *> open_; // innermost last
  std::unordered_map<std::string_view, std::vector<Index>> by_name_;
};

class ModuleParser : public Cursor {
public:
  using Cursor::Cursor;
  /// Module fields up to a token that starts none.
  Module fields();

  // Types; parser_types.cpp. The script parser needs heap_type for (ref.null ...).
  HeapType heap_type();

private:
  // The walk over the fields; parser_module.cpp.
  void bind_names();
  void bind_field(size_t k);
  void bind_type(size_t k);
  bool has_part(size_t k, std::string_view word) const;
  void define_types();
  void field();
  void import_field();
  void func_field();
  void table_field();
  void memory_field();
  void global_field();
  void tag_field();
  void elem_field();
  void data_field();
  void export_field();
  void start_field();
  /// `$name?` of the next item of \p s; complains of a name that an earlier one has.
  std::string bound_name(Space &s, Index index);
  void inline_exports(ExternKind kind, Index index);
  bool inline_import(ExternKind kind, Index index);
  void add_import(std::string module, std::string name, ExternKind kind, Index index, Pos pos);
  Index import_of(bool imported) const {
    return imported ? Index(m_.imports.size() - 1) : no_index;
  }
  void defined(const char *what) { last_definition_ = what; }
  void func_body(Func &f, const TypeUse &use);
  Expr const_expr();
  Expr folded_const_expr();
  Expr offset_expr();
  void finish(Expr &e);
  bool starts_elem_list();
  void elem_list(Elem &e);
  void elem_indices(Elem &e);
  void elem_items(Elem &e);
  void inline_elem(Table &t, Index table);
  void inline_data(Memory &m, Index memory);

  // Types and indices; parser_types.cpp.
  void type_field(Index index);
  void sub_type(TypeDef &d, Index index);
  void composite_type(TypeDef &d, Index index);
  void struct_fields(TypeDef &d, Index index);
  FieldType field_type();
  bool starts_ref_type() const;
  bool starts_val_type() const;
  ValType ref_type();
  ValType val_type();
  void val_types(std::vector<ValType> &out);
  GlobalType global_type();
  bool addr_type();
  Limits limits();
  TableType table_type();
  TypeUse type_use(bool names);
  void params_and_results(TypeUse &u, bool names);
  Index resolve(const TypeUse &u);
  Index implicit_type(const TypeUse &u);
  const SubType &function_type(Index type, Pos pos);
  uint32_t nat32();
  uint64_t nat64(const Token &t);
  bool starts_index() const { return is(Token::Nat) || is(Token::Var); }
  Index index(Space &s);
  Index optional_index(Space &s) { return starts_index() ? index(s) : 0; }
  Index lookup(const Space &s, const Token &t);

  // Instructions; parser_instr.cpp.
  struct Frame;
  void instructions(Expr &e, bool one_folded = false);
  Instr plain(Expr &e, Op op, Pos pos);
  Instr block_start(Expr &e, Op op, Pos pos);
  void block_end(Expr &e, const Frame &f, Pos pos);
  void end_label(const Frame &f);
  void memory_argument(Instr &i);
  void handlers(Expr &e, Instr &i);
  void catches(Expr &e, Instr &i);
  void number(Instr &i, Imm kind);
  Index field_index(Index type);
  Index label();

  Module m_;
  Space types_{"type"}, funcs_{"function"}, tables_{"table"}, memories_{"memory"},
      globals_{"global"}, tags_{"tag"}, elems_{"elem segment"}, datas_{"data segment"},
      locals_{"local"};
  std::unordered_map<Index, Space> fields_;               // of struct types
  std::vector<std::pair<Index, TypeUse>> implicit_conts_; // `(cont (param ..))`, after all types
  std::unordered_multimap<uint64_t, Index> func_types_;   // those that a TypeUse can mean, by hash
  Labels labels_;
  const char *last_definition_ = nullptr;
};

} // namespace wat
