#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace usaged::test {

/// A program that runs beside a test, without input and without a word on its standard streams. The destructor kills
/// it.
class BackgroundProgram {
public:
    /// `words[0]` is the path of the program. Throws std::system_error if it cannot be started.
    explicit BackgroundProgram(std::vector<std::string> words);
    BackgroundProgram(BackgroundProgram const&) = delete;
    BackgroundProgram& operator=(BackgroundProgram const&) = delete;
    ~BackgroundProgram();

    bool running();

private:
    pid_t pid_ = -1;
    bool reaped_ = false;
};

} // namespace usaged::test
