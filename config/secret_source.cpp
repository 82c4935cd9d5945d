#include "config/secret_source.h"

#include "config/choices.h"
#include "config/value.h"

namespace usaged {

void read_secret_source(Section& section, std::string_view key, SecretSource& source)
{
    auto const setting = section.find(key);
    if (!setting) return;
    auto const& node = setting->node();
    if (!node.IsMap() || node.size() != 1 || !node.begin()->first.IsScalar()) {
        setting->complain("must be one of {file: PATH}, {credential: NAME} and {env: NAME}, never the secret itself");
        return;
    }
    // Not a Section, which shows unknown keys: what stands in place of a key may be the secret.
    auto const pair = *node.begin();
    auto const kind = one_of<SecretSource::Kind>(secret_kinds)({pair.first.Scalar()});
    if (!kind.value) {
        setting->complain("must have exactly one of the keys file, credential and env");
        return;
    }
    auto const name = setting->child(pair.second, pair.second.Mark(), "." + pair.first.Scalar());
    auto const scalar = name.scalar();
    if (!scalar) return;
    auto const wrong = *kind.value == SecretSource::Kind::file  ? absolute_path()(*scalar).wrong
                       : *kind.value == SecretSource::Kind::env ? variable_name()(*scalar).wrong
                                                                : file_name()(*scalar).wrong;
    if (wrong.empty()) {
        source = {*kind.value, scalar->text};
    } else {
        name.complain(wrong);
    }
}

} // namespace usaged
