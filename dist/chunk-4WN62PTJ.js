import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var changeClasses=["unknown","rows","column","config","additive","governance","none"];export{changeClasses};
