// The memory of the collected heap. It is one reservation of address space in chunks of 64 KiB; a chunk
// has cells of one size and one kind, or belongs to one big cell. Nothing moves. What a word points into, if
// into anything, is a subtraction, a table and a multiplication away, for words of any value: so stacks can
// be scanned without knowing what is on them.
//
// The invariant between collections: a cell's `used` bit is set when it is allocated or lies in the hole from
// which its size and kind allocates next; holes are handed back before marking. Rejected: free lists through the
// cells (a stale word could point at one that is linked), a bit set for each allocation.
#pragma once
#include <cstddef>
#include <cstdint>

namespace wat {

/// What a collection does with a cell that it reached.
enum class CellKind : uint8_t {
  Leaf,   // nothing: no references in it
  Object, // an Object with references, as its type says
  Exn,    // an Exn
  Words,  // values on their way between continuations: any word may be a reference
};
constexpr unsigned cell_kinds = 4;

namespace cells {

constexpr size_t chunk_bytes = 1 << 16;
constexpr size_t granule = 16;
constexpr size_t biggest_small = 8192; // a bigger cell has chunks of its own
constexpr unsigned size_classes = 32 + 4 * 4;

/// Where cells of one size and kind come from next.
struct Hole {
  char *next, *end;
};
extern Hole holes[cell_kinds][size_classes];
extern uint8_t class_of_granules[biggest_small / granule + 1];
extern uint16_t class_bytes[size_classes];

/// A small cell from the next hole, or null: there is none at hand. Not cleared.
inline void *take(CellKind kind, size_t bytes) {
  unsigned c = class_of_granules[(bytes + granule - 1) / granule];
  Hole &h = holes[unsigned(kind)][c];
  char *p = h.next;
  if (size_t(h.end - p) < class_bytes[c])
    return nullptr;
  h.next = p + class_bytes[c];
  return p;
}

/// A cell of any size, cleared, or null: out of memory. `one`: the hole behind it is left empty, so that
/// the next one comes this way again.
void *take_slowly(CellKind kind, size_t bytes, bool one);

/// The cell that an address points at or into; null for anything else.
void *find(uint64_t address);
size_t bytes_of(const void *cell);
CellKind kind_of(const void *cell);
/// Sets a cell's mark; false: it was set.
bool mark(void *cell);

/// What the heap, and the process with its stacks, may have: WAT_MEMORY=N[K|M|G], or what the machine has.
size_t most_memory();

void begin_marking();
struct Swept {
  size_t live_bytes, freed_bytes;
};
/// Frees what is not marked. Chunks that are free beyond so many bytes go back to the system.
Swept sweep(size_t keep_bytes);
/// Taken since the last sweep, by holes.
size_t taken();

} // namespace cells
} // namespace wat
