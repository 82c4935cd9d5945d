#include "daemon/fault/error.h"
#include "tests/process/installation.h"
#include "tests/process/manual_page.h"
#include "tests/process/program_help.h"
#include "tests/process/words.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <sys/wait.h>

namespace usaged::test {
namespace {

constexpr char const* program_page = USAGED_SOURCE_DIR "/docs/man/usaged.8";
constexpr char const* settings_page = USAGED_SOURCE_DIR "/docs/man/usaged.yaml.5";

/// Every setting, by its path, and how its entry in the manual has to begin.
using Settings = std::map<std::string, std::string>;

YAML::Node schema()
{
    return YAML::Load(read_file(USAGED_SOURCE_DIR "/config/usaged.schema.json"));
}

std::string reference(YAML::Node const& node)
{
    return node["$ref"] ? node["$ref"].as<std::string>().substr(std::string{"#/definitions/"}.size()) : std::string{};
}

std::string joined(YAML::Node const& list)
{
    std::string text;
    for (auto const& word : list) text += (text.empty() ? "" : ", ") + word.as<std::string>();
    return text;
}

std::string kind_of_text(YAML::Node const& node)
{
    auto const pattern = node["pattern"] ? node["pattern"].as<std::string>() : std::string{};
    if (node["x-minimum"])
        return pattern.find("iB") != std::string::npos  ? "Size"
               : pattern.find('%') != std::string::npos ? "Percentage"
                                                        : "Duration";
    if (pattern.starts_with("^https://")) return "URL";
    if (pattern.starts_with("^/")) return "Absolute path";
    return pattern.starts_with("^[0-9A-Fa-f]{8}") ? "GUID" : "Text";
}

std::string kind(YAML::Node const& node)
{
    static std::map<std::string, std::string> const names{
        {"integer", "Integer"}, {"boolean", "Boolean"}, {"array", "List"}, {"object", "Section"}};
    if (node["enum"]) return "One of " + joined(node["enum"]);
    auto const type = node["type"].as<std::string>();
    return type == "string" ? kind_of_text(node) : names.at(type);
}

/// `Duration, 1ms to 1h; default 1s.`
std::string summary(YAML::Node const& node, bool required)
{
    auto text = kind(node);
    for (std::string const prefix : {"", "x-"})
        if (auto const least = node[prefix + "minimum"])
            text += ", " + least.as<std::string>() + " to " + node[prefix + "maximum"].as<std::string>();
    if (auto const value = node["default"])
        text += "; default " + (value.IsSequence() ? "[" + joined(value) + "]" : value.as<std::string>());
    return text + (required ? "; required." : ".");
}

/// `settings`: gets what is below `section`, whose path with the separator is `prefix`.
void collect(YAML::Node const& root, YAML::Node const& section, std::string const& prefix, Settings& settings)
{
    Words required;
    for (auto const& key : section["required"]) required.insert(key.as<std::string>());
    for (auto const& property : section["properties"]) {
        auto const key = property.first.as<std::string>();
        auto const target = reference(property.second);
        auto const node = target.empty() ? property.second : root["definitions"][target];
        if (target == "secret")
            settings[prefix + key] = required.contains(key) ? "Secret source; required." : "Secret source.";
        else if (node["properties"] && prefix != "datasets[].")
            collect(root, node, prefix + key + ".", settings);
        else
            settings[prefix + key] = summary(node, required.contains(key));
    }
}

Settings settings_of_schema()
{
    Settings settings;
    auto const root = schema();
    collect(root, root, "", settings);
    collect(root, root["definitions"]["dataset"], "datasets[].", settings);
    return settings;
}

/// The value at a path such as `retry.failed_poll.max`.
YAML::Node value_at(YAML::Node node, std::string const& path)
{
    static std::regex const dot{"\\."};
    for (std::sregex_token_iterator key{path.begin(), path.end(), dot, -1}, end; key != end; ++key)
        node.reset(node[key->str()]);
    return node;
}

std::vector<std::string> matches(std::string const& text, std::string const& expression)
{
    std::regex const regex{expression};
    std::vector<std::string> found;
    for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match)
        found.push_back(match->str(1));
    return found;
}

Words as_words(std::vector<std::string> const& list)
{
    return {list.begin(), list.end()};
}

void insert(Words& words, std::vector<std::string> const& more, std::string const& prefix = {})
{
    for (auto const& word : more) words.insert(prefix + word);
}

/// The sources of the program.
std::vector<std::string> sources()
{
    std::vector<std::string> texts;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{USAGED_SOURCE_DIR "/daemon"})
        if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h")
            texts.push_back(read_file(entry.path()));
    return texts;
}

/// What the token source tells of, but for what the log has other names for.
std::vector<std::string> token_events()
{
    auto events = matches(read_file(USAGED_SOURCE_DIR "/daemon/auth/token_source.cpp"), "observe\\(\"(\\w+)\"");
    std::erase_if(events, [](std::string const& event) { return event == "obtained" || event == "rotated"; });
    return events;
}

/// The names of events in a source, from the expressions that stand in place of a name.
void collect_events(std::string const& source, Words& events)
{
    for (auto const& expression : matches(source, "LogEvent\\{LogLevel::\\w+,\\s*([^,}]+)")) {
        CAPTURE(expression);
        auto const literal = matches(expression, "^\"(\\w+)\"$");
        if (!literal.empty())
            insert(events, literal);
        else if (expression == "\"token_\" + std::string{event")
            insert(events, token_events(), "token_");
        else if (expression == "event")
            insert(events, matches(source, "\\bwarn\\(\"(\\w+)\""));
        else
            FAIL("no known way to name an event");
    }
}

int shell(std::string const& command)
{
    auto const status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("the manual pages are as mdoc wants them" * doctest::skip(!std::filesystem::exists("/usr/bin/mandoc")) *
          doctest::description("skipped where /usr/bin/mandoc is not installed (Debian: mandoc)"))
{
    for (auto const* const page : {program_page, settings_page}) {
        CAPTURE(page);
        CHECK(shell(std::string{"mandoc -T lint -W warning "} + page) == 0);
    }
}

TEST_CASE("the manual has the commands of the program, and the options of each")
{
    ManualPage const page{program_page};
    auto const program = program_help();
    REQUIRE(program.commands.size() >= 9);
    CHECK(difference(page.options("GLOBAL OPTIONS"), program.options) == "");
    CHECK(difference(page.subsections("COMMANDS"), as_words(program.commands)) == "");
    for (auto const& command : program.commands) {
        CAPTURE(command);
        auto options = program_help(command).options;
        std::erase_if(options, [](std::string const& option) { return option == "-h" || option == "--help"; });
        CHECK(difference(page.options(command), options) == "");
    }
}

TEST_CASE("the manual has every event that the program logs")
{
    Words events;
    for (auto const& source : sources()) collect_events(source, events);
    REQUIRE(events.size() > 20);
    auto const documented = ManualPage{program_page}.names("Events", "Cm");
    CHECK(difference(as_words(documented), events) == "");
    CHECK(std::ranges::is_sorted(documented));
}

TEST_CASE("the manual has every field of the log")
{
    Words fields;
    for (auto const& source : sources()) insert(fields, matches(source, "\\.with\\(\\s*\"(\\w+)\""));
    auto const log = read_file(USAGED_SOURCE_DIR "/daemon/log/log.cpp");
    insert(fields, matches(log, "\\badd\\(\"(\\w+)\""));
    insert(fields, matches(log, "fields\\.emplace_back\\(\"(\\w+)\""));
    REQUIRE(fields.size() > 20);
    auto const documented = ManualPage{program_page}.names("Fields", "Va");
    CHECK(difference(as_words(documented), fields) == "");
    CHECK(std::ranges::is_sorted(documented));
}

TEST_CASE("the manual has every environment variable that the program reads")
{
    // libsystemd reads the first three.
    Words variables{"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"};
    auto const proxy = read_file(USAGED_SOURCE_DIR "/daemon/net/proxy.cpp");
    for (auto const& pair : matches(proxy, "from_environment\\(\\{([^}]*)\\}"))
        insert(variables, matches(pair, "\"(\\w+)\""));
    REQUIRE(variables.size() == 7);
    auto texts = sources();
    texts.push_back(read_file(USAGED_SOURCE_DIR "/config/load_config.cpp"));
    for (auto const& source : texts) insert(variables, matches(source, "getenv\\(\"(\\w+)\"\\)"));
    Words documented;
    for (auto const& item : ManualPage{program_page}.items("ENVIRONMENT"))
        insert(documented, matches(item.head, "(\\w{3,})"));
    CHECK(difference(documented, variables) == "");
}

TEST_CASE("the manual has the exit status and the name of every category of errors")
{
    Words statuses{"0", "1", "2", "3", "64", "70"};
    Words categories;
    for (int number = 0; number <= static_cast<int>(ErrorCategory::config); ++number) {
        auto const category = static_cast<ErrorCategory>(number);
        statuses.insert(std::to_string(exit_status(category)));
        categories.emplace(to_string(category));
    }
    ManualPage const page{program_page};
    Words documented;
    for (auto const& item : page.items("EXIT STATUS")) documented.insert(item.head);
    CHECK(difference(documented, statuses) == "");
    auto const manual = read_file(program_page);
    auto const entry = matches(manual, "\\.It Va category\n([^]*?)\\.It ");
    REQUIRE(entry.size() == 1);
    CHECK(difference(as_words(matches(entry.front(), "\\b([a-z]{3,})\\b")), categories) == "");
}

TEST_CASE("the manual has every setting, with its type, bounds and default")
{
    Settings documented;
    for (auto const& item : ManualPage{settings_page}.items())
        if (item.head.starts_with("Va ")) documented[item.head.substr(3)] = item.text;
    auto const settings = settings_of_schema();
    REQUIRE(settings.size() > 40);
    for (auto const& setting : settings) {
        auto const& path = setting.first;
        CAPTURE(path);
        CHECK(documented[path] == setting.second);
        documented.erase(path);
    }
    for (auto const& entry : documented) FAIL_CHECK(entry.first << " is no setting");
}

TEST_CASE("the shipped configuration shows every default that the manual has")
{
    static std::regex const commented{"(^|\n)( *)#(?=[^ \n#])"};
    auto const example = read_file(USAGED_SOURCE_DIR "/config/usaged.yaml");
    auto const uncommented = YAML::Load(std::regex_replace(example, commented, "$1$2"));
    int defaults = 0;
    for (auto const& item : ManualPage{settings_page}.items()) {
        auto const found = matches(item.text, "; default (.*)\\.$");
        if (found.empty()) continue;
        CAPTURE(item.head);
        ++defaults;
        auto const shown = value_at(uncommented, item.head.substr(3));
        REQUIRE(shown.IsDefined());
        CHECK((shown.IsSequence() ? "[" + joined(shown) + "]" : shown.as<std::string>()) == found.front());
    }
    CHECK(defaults > 25);
}

TEST_CASE("the configuration in the manual is one that usaged takes")
{
    TempDir const directory;
    auto const file = directory.path() / "usaged.yaml";
    auto const examples = ManualPage{settings_page}.displays("EXAMPLES");
    REQUIRE(examples.size() == 1);
    write_file(file, examples.front());
    CHECK(run_usaged({"check", "-c", file.string()}).status == 0);
}

TEST_CASE("the commands in the manual work, but for those that change the machine")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    int executed = 0;
    for (auto const& display : ManualPage{program_page}.displays("EXAMPLES")) {
        auto const command = std::regex_replace(display, std::regex{"\\\\\n"}, "");
        for (auto line : lines_with(command, "")) {
            CAPTURE(line);
            static std::regex const left_out{"(sudo apt |sudoedit |sudo systemctl |journalctl |sudo usaged login).*"};
            if (std::regex_match(line, left_out)) continue;
            line = std::regex_replace(line, std::regex{"^sudo "}, "");
            line = std::regex_replace(line, std::regex{"^usaged "},
                                      USAGED_BINARY " -c " + site.configuration.string() + " ");
            line = std::regex_replace(line, std::regex{"/var/lib/usaged"}, site.state().string());
            CHECK(shell(line + " >/dev/null") == 0);
            ++executed;
        }
    }
    CHECK(executed == 3);
}

} // namespace usaged::test
