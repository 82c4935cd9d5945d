#include "config/section.h"

#include "daemon/fault/error.h"

#include <algorithm>
#include <tuple>

namespace usaged {

void Complaints::add(YAML::Mark const& mark, std::string_view key, std::string_view what)
{
    auto const line = mark.line + 1;
    auto const column = mark.column + 1;
    auto text = file_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
    if (!key.empty()) text += printable(key) + ": ";
    text += what;
    complaints_.push_back({line, column, std::move(text)});
}

void Complaints::raise_if_any() const
{
    if (complaints_.empty()) return;
    auto sorted = complaints_;
    auto const place = [](Complaint const& complaint) { return std::tuple{complaint.line, complaint.column}; };
    std::ranges::stable_sort(sorted, {}, place);
    std::string text;
    for (auto const& complaint : sorted) {
        if (!text.empty()) text += '\n';
        text += complaint.text;
    }
    throw Error{ErrorCategory::config, text, "correct the file; `usaged check` checks it without any side effect"};
}

Setting::Setting(Complaints& complaints, YAML::Node const& node, YAML::Mark const& mark, std::string path)
    : complaints_{&complaints}, node_{node}, mark_{mark}, path_{std::move(path)}
{
}

Setting Setting::child(YAML::Node const& node, YAML::Mark const& mark, std::string const& suffix) const
{
    return {*complaints_, node, mark, path_ + suffix};
}

std::optional<Scalar> Setting::scalar() const
{
    if (!node_.IsScalar()) {
        complain(node_.IsNull() ? "has no value" : "must be a single value");
        return std::nullopt;
    }
    // yaml-cpp gives a value without an explicit tag one of these: plain or quoted.
    auto const& tag = node_.Tag();
    if (tag != "?" && tag != "!") {
        complain("must not have a tag");
        return std::nullopt;
    }
    return Scalar{node_.Scalar(), tag == "!"};
}

std::vector<Setting> Setting::elements() const
{
    std::vector<Setting> elements;
    if (!node_.IsSequence() || node_.size() == 0) {
        complain("must be a list of at least one value");
        return elements;
    }
    for (auto const& element : node_) {
        auto const suffix = "[" + std::to_string(elements.size()) + "]";
        elements.push_back(child(element, element.IsNull() ? mark_ : element.Mark(), suffix));
    }
    return elements;
}

Section::Section(Setting setting) : setting_{std::move(setting)}
{
    if (!setting_.node()) return;
    for (auto const& pair : setting_.node()) {
        if (!pair.first.IsScalar()) {
            setting_.complain("has a key that is not a text");
            continue;
        }
        auto const& key = pair.first.Scalar();
        if (has(key)) {
            setting_.child(pair.second, pair.first.Mark(), {}).complain("has a key twice: " + printable(key));
            continue;
        }
        entries_.push_back({key, pair.first.Mark(), pair.second});
    }
}

Section::Entry const* Section::entry(std::string_view key) const
{
    auto const found = std::ranges::find(entries_, key, &Entry::key);
    return found == entries_.end() ? nullptr : &*found;
}

std::string Section::path_of(std::string_view key) const
{
    return (setting_.path().empty() ? "" : ".") + std::string{key};
}

std::optional<Setting> Section::find(std::string_view key)
{
    known_.push_back(key);
    auto const* const found = entry(key);
    if (found == nullptr) return std::nullopt;
    auto const mark = found->value.IsNull() ? found->mark : found->value.Mark();
    auto setting = setting_.child(found->value, mark, path_of(key));
    if (found->value.IsNull()) {
        setting.complain("has no value; leave the key out to get its default");
        return std::nullopt;
    }
    return setting;
}

std::optional<Section> Section::subsection(std::string_view key)
{
    auto const setting = find(key);
    if (!has(key)) {
        YAML::Node const undefined{YAML::NodeType::Undefined};
        return Section{setting_.child(undefined, setting_.mark(), path_of(key))};
    }
    if (!setting) return std::nullopt;
    if (!setting->node().IsMap()) {
        setting->complain("must be a mapping of keys to values");
        return std::nullopt;
    }
    return Section{*setting};
}

void Section::require(std::string_view key)
{
    if (!has(key)) setting_.child({}, setting_.mark(), path_of(key)).complain("is missing and has no default");
}

void Section::refuse(std::string_view key, std::string_view why)
{
    auto const found = std::ranges::find(entries_, key, &Entry::key);
    if (found == entries_.end()) return;
    setting_.child(found->value, found->mark, path_of(key)).complain(why);
    entries_.erase(found);
}

void Section::complain(std::string_view key, std::string_view what) const
{
    auto const* const found = entry(key);
    auto const mark = found == nullptr ? setting_.mark() : found->value.Mark();
    setting_.child({}, mark, path_of(key)).complain(what);
}

void Section::finish() const
{
    for (auto const& entry : entries_) {
        if (std::ranges::find(known_, entry.key) == known_.end()) complain_unknown(entry);
    }
}

void Section::complain_unknown(Entry const& entry) const
{
    // In `{client_secret: abc,def}` the key `def` is the rest of a secret.
    if (setting_.node().Style() == YAML::EmitterStyle::Flow && entry.value.IsNull()) {
        setting_.child(entry.value, entry.mark, {}).complain("has an unknown key without a value");
        return;
    }
    auto const suggestion = did_you_mean(entry.key, known_);
    auto const what =
        suggestion.empty() ? "is no key here; there are " + alternatives(known_) : "is no key" + suggestion;
    setting_.child(entry.value, entry.mark, path_of(entry.key)).complain(what);
}

} // namespace usaged
