#include "config/dataset_settings.h"

#include "config/schedule_settings.h"
#include "config/value.h"

#include <algorithm>

namespace usaged {
namespace {

constexpr std::string_view default_dataset = "partner_licenses_usage";

Dataset const* known_dataset(Setting const& setting)
{
    auto const name = setting.scalar();
    if (!name) return nullptr;
    if (auto const* const dataset = find_dataset(name->text)) return dataset;

    std::vector<std::string_view> names;
    for (auto const& dataset : datasets()) names.push_back(dataset.name);
    setting.complain("must be " + alternatives(names) + did_you_mean(name->text, names));
    return nullptr;
}

/// Names are stored with what they are names of: without it, those of all rows would be names of one thing.
void require_keys(Dataset const& dataset, std::vector<Setting> const& settings, std::vector<std::string> const& fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto const column = std::ranges::find(dataset.columns, fields[i], &Column::field);
        if (column->key) continue;
        auto const key = std::ranges::find(dataset.columns, column->part, &Column::part); // keys come first
        if (std::ranges::find(fields, key->field) == fields.end())
            settings[i].complain("needs " + std::string{key->field} + " in the list too, which it is the name of");
    }
}

void read_groupby(Section& section, Dataset const& dataset, std::vector<std::string>& fields)
{
    auto const setting = section.find("groupby");
    if (!setting) return;
    auto const known = groupable_fields(dataset);
    std::vector<Setting> good;
    for (auto const& element : setting->elements()) {
        auto const field = element.scalar();
        if (!field) continue;
        if (std::ranges::find(known, field->text) == known.end()) {
            element.complain("must be " + alternatives(known) + did_you_mean(field->text, known));
        } else if (std::ranges::find(fields, field->text) != fields.end()) {
            element.complain("is in the list already");
        } else {
            fields.push_back(field->text);
            good.push_back(element);
        }
    }
    require_keys(dataset, good, fields);
}

Parser<std::string> path_of(Dataset const& dataset)
{
    return [&dataset](Scalar const& scalar) -> Parsed<std::string> {
        if (std::ranges::find(dataset.paths, scalar.text) != dataset.paths.end()) return {scalar.text, {}};
        return {{}, "must be " + alternatives(dataset.paths) + did_you_mean(scalar.text, dataset.paths)};
    };
}

void read_query(Section& section, Dataset const* dataset, DatasetQuery& query)
{
    if (dataset == nullptr || dataset->collection != Collection::commercial) {
        for (auto const* const key : {"path", "filter", "groupby"}) {
            section.refuse(key, "is nothing that this dataset takes; licenses_usage and licenses_deployment do");
        }
        return;
    }
    section.read("path", query.path, path_of(*dataset));
    section.read("filter", query.filter, filter());
    read_groupby(section, *dataset, query.groupby);
}

DatasetSettings read_dataset(Setting const& setting, bool loopback, ScheduleSettings const& general)
{
    DatasetSettings settings{nullptr, general, {}};
    if (!setting.node().IsMap()) {
        settings.dataset = known_dataset(setting);
        return settings;
    }
    Section section{setting};
    section.require("name");
    if (auto const name = section.find("name")) settings.dataset = known_dataset(*name);
    read_query(section, settings.dataset, settings.query);
    section.section("schedule", [&](Section& part) { read_schedule(part, loopback, settings.schedule); });
    section.finish();
    return settings;
}

} // namespace

std::vector<std::string_view> groupable_fields(Dataset const& dataset)
{
    std::vector<std::string_view> fields;
    for (auto const& column : dataset.columns) {
        auto const name = column.type == ColumnType::text || column.type == ColumnType::guid;
        if (name) fields.push_back(column.field);
    }
    return fields;
}

std::vector<DatasetSettings> read_datasets(Section& root, bool loopback, ScheduleSettings const& general)
{
    auto const setting = root.find("datasets");
    if (!setting) return {{find_dataset(default_dataset), general, {}}};

    std::vector<DatasetSettings> settings;
    for (auto const& element : setting->elements()) {
        auto entry = read_dataset(element, loopback, general);
        if (entry.dataset == nullptr) continue;
        if (std::ranges::find(settings, entry.dataset, &DatasetSettings::dataset) != settings.end()) {
            element.complain("is in the list already");
        }
        settings.push_back(std::move(entry));
    }
    return settings;
}

} // namespace usaged
