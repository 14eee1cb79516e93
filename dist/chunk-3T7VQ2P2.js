import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var PackageError=class extends Error{constructor(reason,options){super(reason,options),this.name="PackageError"}};function shownUrl(url){let place=/^([a-z][a-z\d+.-]*:\/\/)?(?:[^/\s]*@)?([^?#\s]*)/i.exec(url);return`${place?.[1]??""}${place?.[2]??""}`}export{PackageError,shownUrl};
