#pragma once

#include <string_view>

namespace usaged::test {

/// Looks for a text in all memory that this thread gives back through operator delete while it lives: what stands there
/// nobody wiped. One at a time in a thread. A program that links this has its own operators new and delete.
class FreedMemory {
public:
    /// `text` outlives this.
    explicit FreedMemory(std::string_view text);
    FreedMemory(FreedMemory const&) = delete;
    FreedMemory& operator=(FreedMemory const&) = delete;
    ~FreedMemory();

    /// How many blocks held the text.
    int found() const;
};

} // namespace usaged::test
