// The order in which package variables are initialised, and cycles among them.
#include "sema/checker.h"

namespace minigo {

static std::string at(Diagnostics &d, Pos p) {
  return d.file_name(p.file) + ":" + std::to_string(p.line) + ":" + std::to_string(p.col);
}

// Initialisation order, as Go has it: again and again the earliest declaration that depends,
// through functions too, on no variable that is still to come.
void Checker::order_variables(Package *pkg) {
  std::vector<Spec *> specs;
  std::map<Spec *, std::set<Spec *>> needs;
  for (File *f : pkg->files)
    for (Spec *s : f->specs)
      if (s->kind == DK::Var) {
        specs.push_back(s);
        std::set<Object *> seen;
        std::function<void(Object *)> visit = [&](Object *o) {
          for (Object *d : o->deps)
            if (d->pkg == pkg && seen.insert(d).second) {
              if (d->kind == OK::Var)
                needs[s].insert(d->spec);
              else
                visit(d);
            }
        };
        for (Object *o : s->objects)
          visit(o);
      }
  std::set<Spec *> done;
  while (done.size() < specs.size()) {
    Spec *next = nullptr;
    for (Spec *s : specs) {
      bool ready = !done.count(s);
      for (Spec *d : needs[s])
        ready &= done.count(d) != 0;
      if (ready) {
        next = s;
        break;
      }
    }
    if (!next)
      return initialization_loop(pkg);
    done.insert(next);
    pkg->init_order.push_back(next);
  }
}

// Finds and reports a cycle among variables and the functions between them.
void Checker::initialization_loop(Package *pkg) {
  std::vector<Object *> path;
  std::set<Object *> seen;
  std::function<bool(Object *, Object *)> visit = [&](Object *o, Object *goal) {
    path.push_back(o);
    for (Object *d : o->deps) {
      if (d == goal)
        return true;
      if (d->pkg == pkg && seen.insert(d).second && visit(d, goal))
        return true;
    }
    path.pop_back();
    return false;
  };
  for (File *f : pkg->files)
    for (Spec *s : f->specs)
      for (Object *o : s->objects) {
        seen.clear();
        path.clear();
        if (s->kind != DK::Var || !visit(o, o))
          continue;
        std::string m = "initialization loop for " + o->name;
        for (Object *p : path)
          m += "\n\t" + at(diag_, p->pos) + ": " + p->name + " refers to";
        return error(o->pos, m + "\n\t" + at(diag_, o->pos) + ": " + o->name);
      }
}

} // namespace minigo
