#include "config/dataset_settings.h"
#include "tests/config/configuration.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <regex>
#include <set>
#include <vector>

namespace usaged::test {
namespace {

using Path = std::vector<std::string>;

/// What the schema says about one key.
struct Described {
    Path path;
    YAML::Node schema;
};

YAML::Node schema()
{
    return YAML::Load(read_file(USAGED_CONFIG_DIR "/usaged.schema.json"));
}

/// The node itself, or the definition that it refers to.
YAML::Node resolve(YAML::Node const& root, YAML::Node const& node)
{
    if (!node["$ref"]) return node;
    auto const name = node["$ref"].as<std::string>().substr(std::string{"#/definitions/"}.size());
    return root["definitions"][name];
}

void collect(YAML::Node const& root, YAML::Node const& node, Path const& path, std::vector<Described>& found)
{
    auto const resolved = resolve(root, node);
    if (!path.empty()) found.push_back({path, resolved});
    for (auto const& property : resolved["properties"]) {
        auto child = path;
        child.push_back(property.first.as<std::string>());
        collect(root, property.second, child, found);
    }
}

/// Every key that the schema has, sections too, without the entries of lists.
std::vector<Described> described_keys()
{
    std::vector<Described> found;
    auto const root = schema();
    collect(root, root, {}, found);
    return found;
}

std::string dotted(Path const& path)
{
    std::string text;
    for (auto const& key : path) text += (text.empty() ? "" : ".") + key;
    return text;
}

/// Adds what a setting cannot stand without.
void add_companions(YAML::Node root, Path const& path)
{
    if (path.size() > 1 && path[1] == "certificate" && path.back() != "certificate") {
        auto certificate = root["partner_center"]["certificate"];
        if (!certificate["file"]) certificate["file"] = "/a.pem";
    }
    if (path.size() > 1 && path[1].starts_with("proxy_")) {
        auto http = root["http"];
        http["proxy"] = "http://proxy:3128";
        if (!http["proxy_user"]) http["proxy_user"] = "me";
        if (!http["proxy_password"]) http["proxy_password"]["env"] = "PASSWORD";
    }
}

/// A configuration with what is required, and `value` at `path`.
std::string with(Path const& path, YAML::Node const& value)
{
    auto root = YAML::Load(required);
    auto node = root;
    for (auto const& key : path) node.reset(node[key]);
    node = value; // assigns to the place in `root`
    add_companions(root, path);
    return YAML::Dump(root);
}

std::string with(Path const& path, std::string const& value)
{
    return with(path, YAML::Load(value));
}

/// The quantity next to `value` in the direction of `step`, in its smallest unit.
std::string beyond(std::string const& value, std::int64_t step)
{
    static std::map<std::string, std::int64_t> const factors{{"ms", 1},        {"s", 1'000},      {"m", 60'000},
                                                             {"h", 3'600'000}, {"d", 86'400'000}, {"KiB", 1},
                                                             {"MiB", 1 << 10}, {"GiB", 1 << 20},  {"%", 1}};
    std::size_t digits = 0;
    auto const number = std::stoll(value, &digits);
    auto const unit = value.substr(digits);
    auto const smallest = unit.ends_with("iB") ? "KiB" : unit == "%" ? "%" : "ms";
    return std::to_string(number * factors.at(unit) + step) + smallest;
}

bool accepted(Path const& path, std::string const& value)
{
    // The waits have to be in order, whatever their bounds are.
    auto text = with(path, value);
    if (path.back() == "initial" || path.back() == "max") {
        auto root = YAML::Load(text);
        auto section = path.size() == 2 ? root["retry"] : root["retry"]["failed_poll"];
        section[path.back() == "max" ? "initial" : "max"] = value;
        text = YAML::Dump(root);
    }
    auto const complaints = complaints_about(text);
    return complaints.find(": " + dotted(path) + ": ") == std::string::npos;
}

/// The keys that a complaint about an unknown one lists.
std::set<std::string> keys_listed(std::string const& complaint)
{
    auto const list = complaint.substr(complaint.find("there are ") + 10);
    static std::regex const separator{", | or "};
    return {std::sregex_token_iterator{list.begin(), list.end(), separator, -1}, std::sregex_token_iterator{}};
}

/// The keys that the loader knows in a section, from what it says about an unknown one.
std::set<std::string> keys_of_loader(Path path)
{
    path.emplace_back("qqqqqqqqqqqqqqqqqq");
    return keys_listed(complaints_about(with(path, "1")));
}

std::vector<std::string> words(YAML::Node const& list)
{
    std::vector<std::string> found;
    for (auto const& word : list) found.push_back(word.as<std::string>());
    return found;
}

TEST_CASE("schema and loader know the same keys")
{
    auto keys = described_keys();
    keys.push_back({{}, schema()});
    int sections = 0;
    for (auto const& key : keys) {
        auto const& path = key.path;
        auto const& node = key.schema;
        CAPTURE(dotted(path));
        if (!node["properties"] || node["maxProperties"]) continue;
        ++sections;
        std::set<std::string> in_schema;
        for (auto const& property : node["properties"]) in_schema.insert(property.first.as<std::string>());
        CHECK(keys_of_loader(path) == in_schema);
    }
    CHECK(sections == 14);
}

TEST_CASE("every section of the schema refuses keys that it does not list")
{
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto const& node = key.schema;
        CAPTURE(dotted(path));
        if (node["properties"]) CHECK(node["additionalProperties"].as<bool>() == false);
    }
}

TEST_CASE("a misspelt key is refused with the right one")
{
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto misspelt = path;
        misspelt.back() += misspelt.back().back();
        CAPTURE(dotted(misspelt));
        static std::set<std::string> const secrets{"client_secret", "refresh_token", "key", "proxy_password"};
        auto const of_secret = path.size() > 2 && secrets.contains(path[path.size() - 2]);
        auto const expected = of_secret ? "must have exactly one of" : "(did you mean " + path.back() + "?)";
        CHECK(complaints_about(with(misspelt, "1")).find(expected) != std::string::npos);
    }
}

TEST_CASE("the loader accepts the examples of the schema, which fit the schema's own patterns")
{
    int examples = 0;
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto const& node = key.schema;
        for (auto const& example : node["examples"]) {
            ++examples;
            CAPTURE(dotted(path));
            CAPTURE(YAML::Dump(example));
            CHECK(complaints_about(with(path, example)) == "");
            if (!node["pattern"]) continue;
            CHECK(std::regex_search(example.as<std::string>(), std::regex{node["pattern"].as<std::string>()}));
        }
    }
    CHECK(examples > 15);
}

TEST_CASE("the defaults of the schema are those of the loader and fit the schema's own patterns")
{
    EnvironmentVariable const unset{"STATE_DIRECTORY", std::nullopt};
    auto const defaults = to_yaml(load(required));
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto const& node = key.schema;
        auto const value = node["default"];
        CAPTURE(dotted(path));
        static std::set<std::string> const without{"tenant",   "client_id",     "at",     "proxy", "proxy_user",
                                                   "crl_file", "heartbeat_url", "listen", "hosts"};
        auto const leaf = !node["properties"] && path.size() < 3 && !without.contains(path.back());
        CHECK((!leaf || value));
        if (!value) continue;
        CHECK(to_yaml(load(with(path, value))) == defaults);
        if (!node["pattern"]) continue;
        CHECK(std::regex_search(value.as<std::string>(), std::regex{node["pattern"].as<std::string>()}));
    }
}

TEST_CASE("the loader accepts what the schema lists, and nothing else")
{
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto const& node = key.schema;
        CAPTURE(dotted(path));
        for (auto const& word : node["enum"]) CHECK(complaints_about(with(path, word)) == "");
        if (node["enum"]) CHECK_FALSE(accepted(path, "something"));
    }
}

TEST_CASE("the bounds of the schema are those of the loader")
{
    int bounds = 0;
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        auto const& node = key.schema;
        CAPTURE(dotted(path));
        if (node["minimum"]) {
            ++bounds;
            CHECK(accepted(path, node["minimum"].as<std::string>()));
            CHECK(accepted(path, node["maximum"].as<std::string>()));
            CHECK_FALSE(accepted(path, std::to_string(node["minimum"].as<std::int64_t>() - 1)));
            CHECK_FALSE(accepted(path, std::to_string(node["maximum"].as<std::int64_t>() + 1)));
        }
        if (node["x-minimum"]) {
            ++bounds;
            auto const min = node["x-minimum"].as<std::string>();
            auto const max = node["x-maximum"].as<std::string>();
            CHECK(accepted(path, min));
            CHECK(accepted(path, max));
            CHECK_FALSE(accepted(path, beyond(min, -1)));
            CHECK_FALSE(accepted(path, beyond(max, +1)));
            CHECK(node["description"].as<std::string>().find(min + " to " + max) != std::string::npos);
        }
    }
    CHECK(bounds == 16);
}

TEST_CASE("every key of the schema stands in the shipped configuration")
{
    auto const example = read_file(USAGED_CONFIG_DIR "/usaged.yaml");
    for (auto const& key : described_keys()) {
        auto const& path = key.path;
        CAPTURE(dotted(path));
        CHECK(std::regex_search(example, std::regex{"\\b" + path.back() + ":"}));
    }
}

TEST_CASE("the schema knows the datasets that this version knows")
{
    std::set<std::string> in_schema;
    for (auto const& name : schema()["definitions"]["dataset_name"]["enum"]) in_schema.insert(name.as<std::string>());
    std::set<std::string> in_program;
    for (auto const& dataset : datasets()) in_program.emplace(dataset.name);
    CHECK(in_schema == in_program);
}

TEST_CASE("schema and loader know the same keys of an entry of datasets")
{
    auto const complaint = complaints_about(required + "datasets: [{name: licenses_usage, qqqqqqqqqqqqqqqqqq: 1}]");
    std::set<std::string> in_schema;
    for (auto const& property : schema()["definitions"]["dataset"]["properties"])
        in_schema.insert(property.first.as<std::string>());
    CHECK(keys_listed(complaint) == in_schema);
}

TEST_CASE("the schema knows the paths of each dataset and the fields that it can be grouped by")
{
    int conditions = 0;
    for (auto const& part : schema()["definitions"]["dataset"]["allOf"]) {
        if (part["if"]["not"]) continue;
        ++conditions;
        auto const& dataset = *find_dataset(part["if"]["properties"]["name"]["const"].as<std::string>());
        auto const allowed = part["then"]["properties"];
        auto const fields = groupable_fields(dataset);
        CHECK(words(allowed["path"]["enum"]) == std::vector<std::string>{dataset.paths.begin(), dataset.paths.end()});
        CHECK(words(allowed["groupby"]["items"]["enum"]) == std::vector<std::string>{fields.begin(), fields.end()});
    }
    CHECK(conditions == 2);
}

TEST_CASE("every key of an entry of datasets stands in the shipped configuration")
{
    auto const example = read_file(USAGED_CONFIG_DIR "/usaged.yaml");
    for (auto const& property : schema()["definitions"]["dataset"]["properties"]) {
        auto const key = property.first.as<std::string>();
        CAPTURE(key);
        CHECK(std::regex_search(example, std::regex{"#  .*\\b" + key + "(:|  )"}));
    }
    for (auto const& dataset : datasets()) CHECK(example.find(dataset.name) != std::string::npos);
}

} // namespace
} // namespace usaged::test
