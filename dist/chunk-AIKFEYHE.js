import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{SqlError,parseSql,startSql,tokensOf,translateSql,writeSql}from"./chunk-6HYQS7AV.js";import"./chunk-D6ZDT4QZ.js";export{SqlError,parseSql,startSql,tokensOf,translateSql,writeSql};
