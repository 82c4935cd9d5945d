#pragma once

#include "config/value.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// Everything that is wrong with a file.
class Complaints {
public:
    explicit Complaints(std::string file) : file_{std::move(file)} {}

    /// `key` is the dotted path of a setting; empty for the file as a whole.
    void add(YAML::Mark const& mark, std::string_view key, std::string_view what);

    /// Throws Error with ErrorCategory::config if there are complaints; one line each, in the order of the file.
    void raise_if_any() const;

private:
    struct Complaint {
        int line;
        int column;
        std::string text;
    };
    std::string file_;
    std::vector<Complaint> complaints_;
};

/// One value of the file, with its place in it. Reading it wrongly adds a complaint.
class Setting {
public:
    Setting(Complaints& complaints, YAML::Node const& node, YAML::Mark const& mark, std::string path);

    void complain(std::string_view what) const { complaints_->add(mark_, path_, what); }
    Setting child(YAML::Node const& node, YAML::Mark const& mark, std::string const& suffix) const;

    /// Its text; nothing, with a complaint, if it is not a single value.
    std::optional<Scalar> scalar() const;
    /// The members of a list; none, with a complaint, if it is not a list or empty.
    std::vector<Setting> elements() const;

    YAML::Node const& node() const { return node_; }
    YAML::Mark const& mark() const { return mark_; }
    std::string const& path() const { return path_; }

private:
    Complaints* complaints_;
    YAML::Node node_;
    YAML::Mark mark_;
    std::string path_;
};

/// A mapping of the file. A key becomes known by asking for it; `finish` complains about all others. Keys are literals.
class Section {
public:
    /// Complains about repeated keys. `setting` is a mapping, or undefined: then every key is absent.
    explicit Section(Setting setting);

    bool has(std::string_view key) const { return entry(key) != nullptr; }

    /// The value of a key; nothing if it is absent. A key without a value is a complaint.
    std::optional<Setting> find(std::string_view key);

    /// Sets `target` to the value of a key, if it is there and right.
    template <class Target, class Value>
    void read(std::string_view key, Target& target, Parser<Value> const& parse)
    {
        auto const setting = find(key);
        if (!setting) return;
        auto const scalar = setting->scalar();
        if (!scalar) return;
        auto parsed = parse(*scalar);
        if (parsed.value) {
            target = static_cast<Target>(*std::move(parsed.value));
        } else {
            setting->complain(parsed.wrong);
        }
    }

    /// Calls `read_keys` with the section below a key, even if it is absent, so that it can ask for what is required.
    template <class ReadKeys>
    void section(std::string_view key, ReadKeys const& read_keys)
    {
        auto child = subsection(key);
        if (!child) return;
        read_keys(*child);
        child->finish();
    }

    void require(std::string_view key);
    /// Complains about a key that people may expect here, if it is there.
    void refuse(std::string_view key, std::string_view why);
    /// Complains at the value of a key, or at the section if the key is absent.
    void complain(std::string_view key, std::string_view what) const;
    /// Complains about the keys that nothing asked for. Call it last.
    void finish() const;

private:
    struct Entry {
        std::string key;
        YAML::Mark mark; ///< of the key
        YAML::Node value;
    };

    Entry const* entry(std::string_view key) const;
    std::optional<Section> subsection(std::string_view key);
    std::string path_of(std::string_view key) const;
    void complain_unknown(Entry const& entry) const;

    Setting setting_;
    std::vector<Entry> entries_;
    std::vector<std::string_view> known_;
};

} // namespace usaged
