// An ordinary Nest application on Express, with its decorators applied by hand as a compiler would.
import 'reflect-metadata';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

function decorate(type, method, decorators, ...parameterDecorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method);
  for (const decorator of decorators) decorator(type.prototype, method, descriptor);
  for (const [index, decorator] of parameterDecorators.entries()) decorator(type.prototype, method, index);
}

class HomeController {
  home() {
    return 'home';
  }
  health() {
    return 'ok';
  }
  fail() {
    throw new Error('failed on purpose');
  }
  order(body) {
    if (typeof body?.sku !== 'string') throw new BadRequestException('sku is missing');
    return body;
  }
}
Controller()(HomeController);
decorate(HomeController, 'home', [Get()]);
decorate(HomeController, 'health', [Get('health')]);
decorate(HomeController, 'fail', [Get('fail')]);
decorate(HomeController, 'order', [Post('orders')], Body());

class UsersController {
  all() {
    return 'all';
  }
  one(tenant, id) {
    if (id === 404) throw new NotFoundException('no such user');
    return { tenant, id };
  }
}
Controller('api/:tenant/users')(UsersController);
decorate(UsersController, 'all', [Get()]);
decorate(UsersController, 'one', [Get(':id')], Param('tenant'), Param('id', ParseIntPipe));

class Guard {
  canActivate() {
    throw new UnauthorizedException();
  }
}

class PrivateController {
  one() {
    return 'private';
  }
}
Controller('private')(PrivateController);
UseGuards(Guard)(PrivateController);
decorate(PrivateController, 'one', [Get(':id')]);

class ApplicationModule {
  configure(consumer) {
    consumer.apply((request, response, next) => next()).forRoutes(UsersController);
  }
}
Module({ controllers: [HomeController, UsersController, PrivateController] })(ApplicationModule);

const app = await NestFactory.create(ApplicationModule, new ExpressAdapter(), { logger: false });
await app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
console.log(JSON.stringify({ port: app.getHttpServer().address().port }));
