import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{homedir}from"node:os";import{join}from"node:path";function cacheFolder(env){let user=process.platform==="win32"?env.LOCALAPPDATA:env.XDG_CACHE_HOME;return join(env.RUNNER_TOOL_CACHE||user||join(homedir(),".cache"),"dbt-regions")}export{cacheFolder};
