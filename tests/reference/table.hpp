// Tables of tab-separated values, whose first line names the columns.
#pragma once

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tamis::test {

/// One line; fields by the names of their columns. A field that is absent, empty or "-" is not known.
class TableRow {
  public:
    void set(const std::string& column, std::string value) { fields_[column] = std::move(value); }
    [[nodiscard]] const std::string& operator[](const std::string& column) const {
        const auto at = fields_.find(column);
        if (at == fields_.end()) throw std::runtime_error("the table has no column '" + column + "'");
        return at->second;
    }
    [[nodiscard]] bool has(const std::string& column) const {
        const auto at = fields_.find(column);
        return at != fields_.end() && !at->second.empty() && at->second != "-";
    }
    [[nodiscard]] double number(const std::string& column) const { return std::stod((*this)[column]); }
    [[nodiscard]] std::int64_t count(const std::string& column) const { return std::stoll((*this)[column]); }
    friend void PrintTo(const TableRow& row, std::ostream* out) { *out << row["name"]; }

  private:
    std::map<std::string, std::string> fields_;
};

/// The lines of a file; empty if there is none.
inline std::vector<TableRow> read_table(const std::filesystem::path& path) {
    std::vector<TableRow> rows;
    std::ifstream in(path);
    std::string line;
    std::vector<std::string> columns;
    while (std::getline(in, line)) {
        std::vector<std::string> fields;
        std::istringstream split(line);
        for (std::string field; std::getline(split, field, '\t');) fields.push_back(field);
        if (columns.empty()) {
            columns = fields;
            continue;
        }
        fields.resize(columns.size());
        rows.emplace_back();
        for (std::size_t k = 0; k < columns.size(); ++k) rows.back().set(columns[k], fields[k]);
    }
    return rows;
}

/// The rows in which all these columns are known.
inline std::vector<TableRow> rows_with(const std::vector<TableRow>& rows, std::initializer_list<const char*> columns) {
    std::vector<TableRow> selected;
    for (const TableRow& row : rows) {
        bool all = true;
        for (const char* column : columns) all = all && row.has(column);
        if (all) selected.push_back(row);
    }
    return selected;
}

/// The name of a row's tests: letters, digits and underscores.
inline std::string test_name(const TableRow& row) {
    std::string name = row["name"];
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
}

}  // namespace tamis::test
