#include "tests/process/usaged_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace usaged::test {
namespace {

constexpr std::chrono::seconds limit{30};

void require(int result, char const* what)
{
    if (result != 0) throw std::system_error{result, std::generic_category(), what};
}

struct Pipe {
    Pipe() { require(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2"); }
    std::array<int, 2> ends{};
};

/// What would make usaged act differently from one computer to the next.
bool concerns_usaged(std::string_view variable)
{
    static constexpr std::string_view names[] = {
        "HTTPS_PROXY",           "https_proxy",     "NO_PROXY",     "no_proxy",
        "NOTIFY_SOCKET",         "WATCHDOG_USEC",   "WATCHDOG_PID", "JOURNAL_STREAM",
        "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "TERM"};
    auto const name = variable.substr(0, variable.find('='));
    return std::ranges::find(names, name) != std::ranges::end(names);
}

/// As a pipe, the reading end first, but the writing end is a terminal that takes bytes as they are.
Pipe terminal()
{
    Pipe pipe;
    for (int const end : pipe.ends) ::close(end);
    termios raw{};
    ::cfmakeraw(&raw);
    winsize const size{24, 80, 0, 0};
    require(::openpty(pipe.ends.data(), pipe.ends.data() + 1, nullptr, &raw, &size) == 0 ? 0 : errno, "openpty");
    for (int const end : pipe.ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    return pipe;
}

std::vector<std::string> environment_of(ProcessOptions const& options)
{
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (!concerns_usaged(*variable)) variables.emplace_back(*variable);
    for (auto const& [name, value] : options.environment) variables.push_back(name + '=' + value);
    return variables;
}

/// usaged, or what starts it: words of $USAGED_TEST_LAUNCHER, such as tests/confined makes.
std::vector<std::string> program()
{
    std::vector<std::string> words;
    if (char const* const launcher = std::getenv("USAGED_TEST_LAUNCHER")) {
        std::istringstream in{launcher};
        for (std::string word; in >> word;) words.push_back(word);
    }
    words.emplace_back(USAGED_BINARY);
    return words;
}

std::vector<std::string> command_line(std::vector<std::string> const& arguments, ProcessOptions const& options)
{
    auto line = program();
    // posix_spawn can neither ignore the signal that a write beyond the limit sends nor set the limit.
    if (options.largest_file) {
        auto const blocks = std::to_string(*options.largest_file / 512);
        line.insert(line.begin(), {"/bin/sh", "-c", "trap '' XFSZ; ulimit -S -f " + blocks + R"(; exec "$0" "$@")"});
    }
    line.insert(line.end(), arguments.begin(), arguments.end());
    return line;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// What a process gets as standard input instead of a pipe.
constexpr int empty_input = -1;
constexpr int no_input = -2;

/// `input`: a pipe, or one of these.
pid_t spawn(std::vector<std::string> line, std::vector<std::string> environment, int input, int output, int log)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input == no_input)
        posix_spawn_file_actions_addclose(&actions, STDIN_FILENO);
    else if (input == empty_input)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    pid_t pid = -1;
    auto const result = ::posix_spawn(&pid, line.front().c_str(), &actions, nullptr, pointers(line).data(),
                                      pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    require(result, line.front().c_str());
    return pid;
}

std::string joined(std::vector<std::string> const& arguments)
{
    std::string line = "usaged";
    for (auto const& argument : arguments) line += ' ' + argument;
    return line;
}

std::string tail(std::string const& log)
{
    constexpr std::size_t enough = 2000;
    return log.substr(log.size() - std::min(enough, log.size()));
}

int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

std::vector<std::string> lines_with(std::string const& text, std::string_view part)
{
    std::vector<std::string> found;
    for (std::size_t begin = 0; begin < text.size();) {
        auto const end = std::min(text.find('\n', begin), text.size());
        auto line = text.substr(begin, end - begin);
        if (line.find(part) != std::string::npos) found.push_back(std::move(line));
        begin = end + 1;
    }
    return found;
}

UsagedProcess::UsagedProcess(std::vector<std::string> const& arguments, ProcessOptions const& options)
    : command_{joined(arguments)}, transcript_{options.transcript}
{
    Pipe const output;
    Pipe const log = options.on_terminal ? terminal() : Pipe{};
    std::optional<Pipe> input;
    if (options.with_input) {
        std::signal(SIGPIPE, SIG_IGN); // what is typed after the end must not end the test
        input.emplace();
    }
    output_.pipe = output.ends[0];
    log_.pipe = log.ends[0];
    if (input) input_pipe_ = input->ends[1];
    auto const read_end = input ? input->ends[0] : options.input_closed ? no_input : empty_input;
    pid_ = spawn(command_line(arguments, options), environment_of(options), read_end, output.ends[1], log.ends[1]);
    ::close(output.ends[1]);
    ::close(log.ends[1]);
    if (input) ::close(read_end);
    reader_ = std::thread{[this] { read_pipes(); }};
}

UsagedProcess::~UsagedProcess()
{
    if (!reaped_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    reader_.join();
    ::close(output_.pipe);
    ::close(log_.pipe);
    if (input_pipe_ >= 0) ::close(input_pipe_);
    if (transcript_) transcript_->entries.push_back({command_, {0, output_.text, log_.text}});
}

void UsagedProcess::signal(int number) const
{
    if (::kill(pid_, number) != 0) throw std::system_error{errno, std::generic_category(), "kill"};
}

void UsagedProcess::limit_files(std::size_t bytes) const
{
    rlimit limits{};
    bool const known = ::prlimit(pid_, RLIMIT_FSIZE, nullptr, &limits) == 0;
    limits.rlim_cur = bytes;
    if (!known || ::prlimit(pid_, RLIMIT_FSIZE, &limits, nullptr) != 0)
        throw std::system_error{errno, std::generic_category(), "prlimit"};
}

std::string UsagedProcess::wait_for_log(std::string_view text)
{
    return wait_for_line(log_, text);
}

std::string UsagedProcess::wait_for_output(std::string_view text)
{
    return wait_for_line(output_, text);
}

std::string UsagedProcess::wait_for_line(Stream& stream, std::string_view text)
{
    std::unique_lock lock{mutex_};
    std::string line;
    auto const found = [&] {
        auto& [pipe, all, position] = stream;
        for (auto end = all.find('\n', position); end != std::string::npos; end = all.find('\n', end + 1)) {
            line = all.substr(position, end - position);
            position = end + 1;
            if (line.find(text) != std::string::npos) return true;
        }
        line.clear();
        return at_end_;
    };
    if (!arrived_.wait_for(lock, limit, found) || line.empty())
        throw std::runtime_error{"usaged did not write " + std::string{text} + ":\n" + tail(output_.text + log_.text)};
    return line;
}

void UsagedProcess::type(std::string_view text) const
{
    while (!text.empty()) {
        auto const size = ::write(input_pipe_, text.data(), text.size());
        if (size < 0) throw std::system_error{errno, std::generic_category(), "write"};
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::string UsagedProcess::log() const
{
    std::lock_guard const lock{mutex_};
    return log_.text;
}

// Only the end of the process closes its ends of the pipes: it has no children.
Ended UsagedProcess::wait()
{
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, limit, [this] { return at_end_; }))
        throw std::runtime_error{"usaged did not end:\n" + tail(log_.text)};
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reaped_ = true;
    return {exit_status(status), output_.text, log_.text};
}

void UsagedProcess::read_pipes()
{
    std::array<pollfd, 2> pipes{{{output_.pipe, POLLIN, 0}, {log_.pipe, POLLIN, 0}}};
    std::array<std::string*, 2> const texts{&output_.text, &log_.text};
    std::array<char, 65536> buffer{};
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        ::poll(pipes.data(), pipes.size(), -1);
        for (std::size_t i = 0; i < pipes.size(); ++i) {
            if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
            auto const size = ::read(pipes[i].fd, buffer.data(), buffer.size());
            std::lock_guard const lock{mutex_};
            if (size > 0)
                texts[i]->append(buffer.data(), static_cast<std::size_t>(size));
            else
                pipes[i].fd = -1; // poll leaves it out
            arrived_.notify_all();
        }
    }
    std::lock_guard const lock{mutex_};
    at_end_ = true;
    arrived_.notify_all();
}

Ended run_usaged(std::vector<std::string> const& arguments, ProcessOptions const& options)
{
    return UsagedProcess{arguments, options}.wait();
}

} // namespace usaged::test
