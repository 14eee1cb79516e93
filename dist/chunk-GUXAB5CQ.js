import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function graphOf(manifest){return{parents:manifest.parent_map,children:manifest.child_map}}export{graphOf};
