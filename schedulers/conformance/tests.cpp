// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "tests.h"

#include "drive.h"

#include <cstring>
#include <memory>
#include <utility>

namespace conformance {

void Run::skip(const std::string &why) const {
  report->skipped = true;
  strncpy(report->text, why.c_str(), sizeof report->text - 1);
}

void Run::fail(const std::string &rule, const std::string &text) const {
  if (report->failed)
    return;
  report->failed = true;
  strncpy(report->rule, rule.c_str(), sizeof report->rule - 1);
  strncpy(report->text, text.c_str(), sizeof report->text - 1);
}

void Run::log(const Step &step) const {
  if (report->step_count < kMaxSteps)
    report->steps[report->step_count++] = step;
}

namespace {

bool is(const char *rule, const char *other) { return strcmp(rule, other) == 0; }

// ---- Schedules that the generator makes ----

Watch watch_of(const Test &test) {
  Watch watch;
  watch.guarded = is(test.rule, "SCHED-04");
  return watch;
}

uint32_t workers_for(const Run &run, const Test &test, Generator &generator) {
  const bool many = is(test.rule, "SCHED-09"); // of a parallel policy that is a rule of its own
  uint32_t most = test.ground == kTable && run.parallel() && !many ? 1 : run.most_workers;
  uint32_t least = many || is(test.rule, "SCHED-12") ? 2 : 1;
  return least > most ? most : least - 1 + generator.workers(most - least + 1);
}

// The first calls of a process load, bind and make thread-locals: what these allocate is not the policy's.
void warm_up(const Run &run) {
  static bool warm = false;
  if (std::exchange(warm, true))
    return;
  Generator generator(1, {});
  Model model(run.ops, run.params, 1, generator.entities(), run.report);
  for (size_t i = 0; i < run.steps && !model.wrong(); ++i)
    model.run(generator.next(model));
}

// One or two calls of a run that slept may have waited for a page of their code; the policy's own come again, each time.
void judge_sleeps(const Run &run, const Test &test, Model &model) {
  if (model.wrong() || !model.sleeps)
    return;
  const std::vector<Step> steps(run.report->steps, run.report->steps + run.report->step_count);
  for (int again = 0; again < 2; ++again) {
    Model other(run.ops, run.params, model.workers(), kMostEntities, run.report, watch_of(test));
    for (const Step &step : steps) {
      other.run(step);
      other.pass_time(1000);
    }
    other.finish();
    if (!other.sleeps)
      return;
  }
  model.blocked();
}

void run_generated(const Run &run, const Test &test, uint64_t seed) {
  warm_up(run);
  Generator generator(seed, test.profile);
  run.report->workers = workers_for(run, test, generator);
  Model model(run.ops, run.params, run.report->workers, generator.entities(), run.report, watch_of(test));
  for (size_t i = 0; i < run.steps && !model.wrong(); ++i) {
    Step step = generator.next(model);
    run.log(step);
    model.run(step);
    model.pass_time(1000);
  }
  model.finish();
  judge_sleeps(run, test, model);
  judge(run, test, model);
}

void replay_generated(const Run &run, const Test &test, const Schedule &schedule) {
  warm_up(run);
  Model model(run.ops, run.params, schedule.workers, kMostEntities, run.report, watch_of(test));
  for (const Step &step : schedule.steps) {
    run.log(step);
    model.run(step);
    model.pass_time(1000);
  }
  model.finish();
  judge_sleeps(run, test, model);
  judge(run, test, model);
}

// ---- SCHED-18: what holds back ----

void run_holds(const Run &run, const Test &test, uint64_t seed) {
  static uint64_t holds = 0;
  warm_up(run);
  Generator generator(seed, test.profile);
  run.report->workers = workers_for(run, test, generator);
  Model model(run.ops, run.params, run.report->workers, generator.entities(), run.report);
  for (size_t i = 0; i < run.steps && !model.wrong(); ++i) {
    Step step = generator.next(model);
    run.log(step);
    model.run(step);
    model.pass_time(1000);
  }
  model.finish();
  judge(run, test, model);
  holds += model.holds();
  if (seed + 1 == run.first_seed + run.seeds && holds == 0 && !run.report->failed)
    run.skip("without a pick that holds back");
}

// ---- SCHED-16: two instances ----

void replay_two(const Run &run, const Test &test, const Schedule &schedule) {
  Model one(run.ops, run.params, schedule.workers, kMostEntities, run.report), other(run.ops, run.params, schedule.workers, kMostEntities, run.report);
  for (const Step &step : schedule.steps) {
    run.log(step);
    (step.instance ? other : one).run(step);
  }
  one.finish();
  other.finish();
  judge(run, test, one);
  judge(run, test, other);
}

void run_two(const Run &run, const Test &test, uint64_t seed) {
  Generator generators[2] = {{2 * seed, {}}, {2 * seed + 1, {}}};
  uint32_t workers = run.report->workers = generators[0].workers(run.most_workers);
  Model one(run.ops, run.params, workers, generators[0].entities(), run.report);
  Model other(run.ops, run.params, workers, generators[1].entities(), run.report);
  Random random(seed, 16);
  for (size_t i = 0; i < run.steps && !one.wrong() && !other.wrong(); ++i) {
    uint8_t which = random.one_in(2);
    Step step = generators[which].next(which ? other : one);
    step.instance = which;
    run.log(step);
    (which ? other : one).run(step);
  }
  one.finish();
  other.finish();
  judge(run, test, one);
  judge(run, test, other);
}

// ---- SCHED-03 ----

// Instances come and go; a parameter that nobody has may be taken, but what is said of it stays in the place that was lent.
void run_table(const Run &run, const Test &test, uint64_t seed) {
  uint32_t workers = static_cast<uint32_t>(seed % 4) + 1;
  workers = workers > run.most_workers ? run.most_workers : workers;
  for (bool unknown : {false, true}) {
    Params params = run.params;
    if (unknown)
      params.push_back({"no_such_parameter", "1"});
    Made made = make_policy(run.ops, params, workers, run.report);
    if (made.wrote_past)
      return run.fail(test.rule, "`create` wrote past the end of config->error");
    if (made.status != WEFT_OK && !unknown)
      return run.fail(test.rule, "`create` failed for " + std::to_string(workers) + " workers: " + made.said);
    strcpy(run.report->call, "destroy");
    if (made.status == WEFT_OK)
      run.ops.destroy(made.self);
    run.report->call[0] = '\0';
  }
}

// ---- SCHED-09: threads ----

void run_threads(const Run &run, const Test &test, uint64_t seed) {
  DrivePlan plan;
  plan.seed = seed;
  plan.steps = run.threads_steps;
  plan.workers = 2 + seed % 3;
  plan.entities = seed % 2 ? 40 : 1500;
  plan.births = seed % 3 == 0;
  plan.yields = seed % 4 == 0 ? 90 : 50;
  plan.params = run.params;
  plan.progress = &run.report->progress;
  run.report->workers = plan.workers;
  std::string wrong = drive(run.ops, plan).wrong;
  if (wrong.empty())
    wrong = drive_meetings(run.ops, static_cast<uint32_t>(run.threads_steps / 500), seed, 30, run.params, plan.progress);
  if (!wrong.empty())
    run.fail(test.rule, "by " + std::to_string(plan.workers) + " threads: " + wrong);
}

// ---- What a table lacks ----

#define LACKS(member) [](const weft_sched_ops &ops) -> const char * { return ops.member ? nullptr : #member; }

const char *lacks_parallel(const weft_sched_ops &ops) { return ops.flags & WEFT_SCHED_PARALLEL ? nullptr : "WEFT_SCHED_PARALLEL"; }
const char *lacks_lines(const weft_sched_ops &ops) {
  return !ops.pick_many ? "pick_many" : ops.ran ? "pick_many, which is never asked beside `ran`" : nullptr;
}

} // namespace

void judge(const Run &run, const Test &test, Model &model) {
  if (!model.wrong())
    return;
  std::string rule = model.broken().rule;
  if (is(test.rule, "SCHED-04")) {
    if (rule == test.rule)
      run.fail(rule, model.broken().text);
    return; // the rest is for other tests
  }
  if (test.ground == kTable && rule == "SCHED-02" && is(test.rule, "SCHED-09"))
    rule = test.rule;
  if (test.ground != kTable && rule != "SCHED-04" && rule != "SCHED-16" && rule != "SCHED-18")
    rule = test.rule;
  run.fail(rule, model.broken().text);
}

const std::vector<Test> &tests() {
  auto with = [](auto set) {
    Profile p;
    set(p);
    return p;
  };
  static const std::vector<Test> all = {
      {"SCHED-03", "table", "it loads, and instances are made for one worker and several, and go", kNothing, nullptr, run_table, nullptr, {}, 8},
      {"SCHED-04", "queue", "ready, pick and ran do not block, allocate or throw", kTable, nullptr, run_generated, replay_generated},
      {"SCHED-01", "once", "each ready leads to one pick, of what is ready", kTable, nullptr, run_generated, replay_generated,
       with([](Profile &p) { p.crowds = true; })},
      {"SCHED-02", "null", "pick answers NULL only when nothing is queued", kTable, nullptr, run_generated, replay_generated,
       with([](Profile &p) { p.crowds = true; })},
      {"SCHED-09", "any-worker", "each worker's pick finds what another one made ready", kTable, lacks_parallel, run_generated, replay_generated},
      {"SCHED-05", "starvation", "nobody waits for ever, whoever yields, wakes, spawns or comes from the inbox", kQueue, nullptr, run_starvation,
       nullptr, {}, kStarvations, true},
      {"SCHED-06", "children", "a child domain that turns non-empty, or has more, is queued as a task is", kQueue, nullptr, run_generated,
       replay_generated, with([](Profile &p) { p.domains = true; })},
      {"SCHED-08", "line", "pick_many answers what pick would have, at most as many as asked for", kQueue, lacks_lines, run_line, replay_line},
      {"SCHED-08", "lines", "what pick_many gives has left the queue", kQueue, lacks_lines, run_generated, replay_generated,
       with([](Profile &p) { p.lines = true; })},
      {"SCHED-11", "snapshot", "snapshot visits what is queued, each once", kQueue, LACKS(snapshot), run_generated, replay_generated,
       with([](Profile &p) { p.snapshots = true; })},
      {"SCHED-12", "leave", "others find what a worker had that leaves; it may enter again", kQueue, LACKS(worker_leave), run_generated,
       replay_generated, with([](Profile &p) { p.leaves = true; })},
      {"SCHED-13", "remove", "what remove took out is not picked, what it refused is", kQueue, LACKS(remove), run_generated, replay_generated,
       with([](Profile &p) { p.removes = true; })},
      {"SCHED-14", "order", "higher priorities are first, and earlier deadlines", kQueue, LACKS(admit), run_order, replay_order},
      {"SCHED-15", "attr", "attributes may change at any time, and nothing is lost", kQueue, LACKS(attr), run_generated, replay_generated,
       with([](Profile &p) { p.attrs = true; })},
      {"SCHED-15", "attr-order", "changed attributes count at the next pick, queued or not", kQueue, LACKS(attr), run_attr_order, replay_order},
      {"SCHED-16", "instances", "two instances have nothing to do with each other", kQueue, nullptr, run_two, replay_two},
      {"SCHED-17", "choose", "choose answers one of those asked for", kQueue, LACKS(choose), run_generated, replay_generated,
       with([](Profile &p) { p.chooses = true; })},
      {"SCHED-18", "hold", "a pick that holds back has something queued, and what it waits for ends", kTable, nullptr, run_holds, replay_generated},
      {"SCHED-19", "shares", "who is always ready has time by its weight, however long its runs are", kQueue, LACKS(admit), run_weights, nullptr, {}, 8},
      {"SCHED-19", "idle", "who comes back from waiting has its share, and nothing of what it did not use", kQueue, LACKS(admit), run_idle, nullptr, {}, 4},
      {"SCHED-04", "rest", "nor do the other functions", kFull, nullptr, run_generated, replay_generated,
       with([](Profile &p) { p = {true, false, true, true, true, true, false, false}; })},
      {"SCHED-09", "threads", "by threads that overlap: each ready leads to one pick, and nobody sleeps on work", kFull, lacks_parallel, run_threads,
       nullptr, {}, 6},
      {"PROGRAMS", "answers", "programs on libweft give their answers, by one worker and by several", kFull, nullptr, run_programs, nullptr, {},
       programs(), true},
  };
  return all;
}

} // namespace conformance
