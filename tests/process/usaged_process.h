#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace usaged::test {

/// How a process ended, and all that it wrote.
struct Ended {
    int status = 0;     ///< 128 and the signal's number for one that a signal ended
    std::string output; ///< standard output
    std::string log;    ///< standard error
};

/// The lines of `text` that contain `part`.
std::vector<std::string> lines_with(std::string const& text, std::string_view part);

/// What processes wrote, kept until somebody looks at it.
struct Transcript {
    struct Entry {
        std::string command;
        Ended ended; ///< the status is of no account
    };
    std::vector<Entry> entries;
};

struct ProcessOptions {
    std::map<std::string, std::string> environment = {}; ///< besides that of the test, without what concerns usaged
    std::optional<std::size_t> largest_file = {};        ///< writes beyond so many bytes fail; a multiple of 512
    bool with_input = false;                             ///< standard input is a pipe, for `type`; else it is empty
    bool input_closed = false;                           ///< there is no standard input at all
    bool on_terminal = false;                            ///< standard error is a terminal of 80 columns
    std::shared_ptr<Transcript> transcript = {};         ///< gets what the process wrote when its object goes
};

/// The program `usaged` under test. The destructor kills it. Waits throw std::runtime_error, with the log, after 30 s.
class UsagedProcess {
public:
    explicit UsagedProcess(std::vector<std::string> const& arguments, ProcessOptions const& options = {});
    UsagedProcess(UsagedProcess const&) = delete;
    UsagedProcess& operator=(UsagedProcess const&) = delete;
    ~UsagedProcess();

    pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// From now on another ProcessOptions::largest_file. There has to be one already.
    void limit_files(std::size_t bytes) const;

    /// Blocks until standard error has a line with that text, after the line that the last call returned.
    std::string wait_for_log(std::string_view text);
    std::string log() const; ///< so far
    /// The same for standard output.
    std::string wait_for_output(std::string_view text);

    /// Writes to standard input. Needs ProcessOptions::with_input.
    void type(std::string_view text) const;

    /// Blocks until the process has ended.
    Ended wait();

private:
    /// What arrives through one pipe.
    struct Stream {
        int pipe = -1;
        std::string text;
        std::size_t position = 0; ///< where the wait for a line goes on
    };

    void read_pipes();
    std::string wait_for_line(Stream& stream, std::string_view text);

    std::string command_;
    std::shared_ptr<Transcript> transcript_;
    pid_t pid_ = -1;
    int input_pipe_ = -1;
    bool reaped_ = false;
    mutable std::mutex mutex_; ///< of what follows but the thread and the numbers of the pipes
    std::condition_variable arrived_;
    bool at_end_ = false;
    Stream output_;
    Stream log_;
    std::thread reader_;
};

/// Runs usaged to its end.
Ended run_usaged(std::vector<std::string> const& arguments, ProcessOptions const& options = {});

} // namespace usaged::test
